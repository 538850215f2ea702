import { defineResourceType } from "../resource-type.ts";
import { deleteInline, putInline } from "./inline-policies.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-userpolicy.html */
export const resourceType = defineResourceType({
  type: "AWS::IAM::UserPolicy",
  async create({ clients, properties }) {
    const { UserName, PolicyName, PolicyDocument } = properties;
    await putInline(clients, { kind: "User", name: UserName }, PolicyName, PolicyDocument ?? {});
    return `${PolicyName}|${UserName}`;
  },
  async update({ clients, properties }) {
    const { UserName, PolicyName, PolicyDocument } = properties;
    await putInline(clients, { kind: "User", name: UserName }, PolicyName, PolicyDocument ?? {});
  },
  async delete({ clients, properties }) {
    const { UserName, PolicyName } = properties;
    await deleteInline(clients, { kind: "User", name: UserName }, PolicyName);
  },
});
