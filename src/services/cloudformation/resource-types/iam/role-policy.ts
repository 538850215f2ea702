import { defineResourceType } from "../resource-type.ts";
import { deleteInline, putInline } from "./inline-policies.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-rolepolicy.html */
export const resourceType = defineResourceType({
  type: "AWS::IAM::RolePolicy",
  async create({ clients, properties }) {
    const { RoleName, PolicyName, PolicyDocument } = properties;
    await putInline(clients, { kind: "Role", name: RoleName }, PolicyName, PolicyDocument ?? {});
    return `${PolicyName}|${RoleName}`;
  },
  async update({ clients, properties }) {
    const { RoleName, PolicyName, PolicyDocument } = properties;
    await putInline(clients, { kind: "Role", name: RoleName }, PolicyName, PolicyDocument ?? {});
  },
  async delete({ clients, properties }) {
    const { RoleName, PolicyName } = properties;
    await deleteInline(clients, { kind: "Role", name: RoleName }, PolicyName);
  },
});
