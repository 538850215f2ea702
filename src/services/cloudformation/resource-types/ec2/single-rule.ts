/** A rule of a security group as a resource of its own. */
import type { SecurityGroupRule } from "@aws-sdk/client-ec2";
import { AwsError } from "#model/error.ts";
import { defineResourceType, type ResourceRequest, type ResourceType } from "../resource-type.ts";
import { permissionOf } from "./rule-permission.ts";

export function singleRule(direction: "Ingress" | "Egress"): ResourceType {
  const find = (request: ResourceRequest) => ownRule(request, { egress: direction === "Egress" });
  return defineResourceType({
    type: `AWS::EC2::SecurityGroup${direction}`,
    async create(request) {
      const { clients, properties } = request;
      const { SecurityGroupRules = [] } = await clients.ec2[`AuthorizeSecurityGroup${direction}`]({
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
      await clients.ec2[`UpdateSecurityGroupRuleDescriptions${direction}`]({
        GroupId: properties["GroupId"],
        SecurityGroupRuleDescriptions: [
          { SecurityGroupRuleId: physicalId, Description: properties["Description"] ?? "" },
        ],
      });
    },
    async delete({ clients, properties, physicalId }) {
      await clients.ec2[`RevokeSecurityGroup${direction}`]({
        GroupId: properties["GroupId"],
        SecurityGroupRuleIds: [physicalId],
      });
    },
    attributes: async ({ physicalId }) => ({ Id: physicalId }),
  });
}

/** The security group rule that a template's rule describes. */
async function ownRule(
  { clients, properties, others }: ResourceRequest,
  { egress }: { egress: boolean },
): Promise<string | undefined> {
  const wanted = permissionOf(properties);
  const { SecurityGroupRules = [] } = await clients.ec2.DescribeSecurityGroupRules({
    Filters: [{ Name: "group-id", Values: [properties["GroupId"]] }],
  });
  const same = (rule: SecurityGroupRule) =>
    rule.IsEgress === egress &&
    rule.IpProtocol === wanted.IpProtocol &&
    (wanted.FromPort === undefined || rule.FromPort === wanted.FromPort) &&
    (wanted.ToPort === undefined || rule.ToPort === wanted.ToPort) &&
    rule.CidrIpv4 === wanted.IpRanges?.[0]?.CidrIp &&
    rule.CidrIpv6 === wanted.Ipv6Ranges?.[0]?.CidrIpv6 &&
    rule.PrefixListId === wanted.PrefixListIds?.[0]?.PrefixListId &&
    rule.ReferencedGroupInfo?.GroupId === wanted.UserIdGroupPairs?.[0]?.GroupId &&
    !others.includes(rule.SecurityGroupRuleId ?? "");
  return SecurityGroupRules.find(same)?.SecurityGroupRuleId;
}
