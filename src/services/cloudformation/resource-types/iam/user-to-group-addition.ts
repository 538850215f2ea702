import { defineResourceType } from "../resource-type.ts";
import { orUndefined } from "./inline-policies.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-usertogroupaddition.html */
export const resourceType = defineResourceType({
  type: "AWS::IAM::UserToGroupAddition",
  async create({ clients, properties, name }) {
    const { GroupName } = properties;
    for (const UserName of properties["Users"])
      await clients.iam.AddUserToGroup({ GroupName, UserName });
    return name;
  },
  async update({ clients, properties, previous }) {
    const { GroupName } = properties;
    const users: string[] = properties["Users"];
    for (const UserName of previous["Users"])
      if (previous["GroupName"] !== GroupName || !users.includes(UserName))
        await orUndefined(
          clients.iam.RemoveUserFromGroup({ GroupName: previous["GroupName"], UserName }),
        );
    for (const UserName of users) await clients.iam.AddUserToGroup({ GroupName, UserName });
  },
  async delete({ clients, properties }) {
    const { GroupName } = properties;
    for (const UserName of properties["Users"])
      await orUndefined(clients.iam.RemoveUserFromGroup({ GroupName, UserName }));
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});
