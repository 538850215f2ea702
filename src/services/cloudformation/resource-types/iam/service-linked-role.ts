import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";
import { orUndefined } from "./inline-policies.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-servicelinkedrole.html */
export const resourceType = defineResourceType({
  type: "AWS::IAM::ServiceLinkedRole",
  async create({ clients, properties }) {
    const { Role } = await clients.iam.CreateServiceLinkedRole({
      AWSServiceName: properties["AWSServiceName"],
      ...pick(properties, "CustomSuffix", "Description"),
    });
    return Role!.RoleName!;
  },
  async find({ clients, properties }) {
    const { AWSServiceName, CustomSuffix } = properties;
    const { Roles = [] } = await clients.iam.ListRoles({
      PathPrefix: `/aws-service-role/${AWSServiceName}/`,
    });
    const suffix = CustomSuffix === undefined ? "" : `_${CustomSuffix}`;
    return Roles.find(({ RoleName = "" }) => RoleName.endsWith(suffix))?.RoleName;
  },
  async update({ clients, properties, physicalId }) {
    await clients.iam.UpdateRole({
      RoleName: physicalId,
      Description: properties["Description"] ?? "",
    });
  },
  async delete({ clients, physicalId }) {
    await clients.iam.DeleteServiceLinkedRole({ RoleName: physicalId });
  },
  async deleted({ clients, physicalId }) {
    return (await orUndefined(clients.iam.GetRole({ RoleName: physicalId }))) === undefined;
  },
  attributes: async ({ physicalId }) => ({ RoleName: physicalId }),
});
