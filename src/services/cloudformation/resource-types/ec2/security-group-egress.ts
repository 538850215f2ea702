import { AwsError } from "#model/error.ts";
import { defineResourceType, type ResourceRequest } from "../resource-type.ts";
import { ownRule } from "./own-rule.ts";
import { permissionOf } from "./rule-permission.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-securitygroupegress.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::SecurityGroupEgress",
  async create(request) {
    const { clients, properties } = request;
    const { SecurityGroupRules = [] } = await clients.ec2.AuthorizeSecurityGroupEgress({
      GroupId: properties["GroupId"],
      IpPermissions: [permissionOf(properties)],
    });
    const id = SecurityGroupRules[0]?.SecurityGroupRuleId ?? (await find(request));
    if (id === undefined)
      throw new AwsError({ code: "InternalFailure", message: "the rule was not made" });
    return id;
  },
  find,
  async update({ clients, properties, physicalId }) {
    await clients.ec2.UpdateSecurityGroupRuleDescriptionsEgress({
      GroupId: properties["GroupId"],
      SecurityGroupRuleDescriptions: [
        { SecurityGroupRuleId: physicalId, Description: properties["Description"] ?? "" },
      ],
    });
  },
  async delete({ clients, properties, physicalId }) {
    await clients.ec2.RevokeSecurityGroupEgress({
      GroupId: properties["GroupId"],
      SecurityGroupRuleIds: [physicalId],
    });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

function find(request: ResourceRequest): Promise<string | undefined> {
  return ownRule(request, { egress: true });
}
