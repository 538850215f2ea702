import { defineResourceType } from "../resource-type.ts";
import { deleteInline, putInline } from "./inline-policies.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-grouppolicy.html */
export const resourceType = defineResourceType({
  type: "AWS::IAM::GroupPolicy",
  async create({ clients, properties }) {
    const { GroupName, PolicyName, PolicyDocument } = properties;
    await putInline(clients, { kind: "Group", name: GroupName }, PolicyName, PolicyDocument ?? {});
    return `${PolicyName}|${GroupName}`;
  },
  async update({ clients, properties }) {
    const { GroupName, PolicyName, PolicyDocument } = properties;
    await putInline(clients, { kind: "Group", name: GroupName }, PolicyName, PolicyDocument ?? {});
  },
  async delete({ clients, properties }) {
    const { GroupName, PolicyName } = properties;
    await deleteInline(clients, { kind: "Group", name: GroupName }, PolicyName);
  },
});
