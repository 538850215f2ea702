import { ownTags, pick, tagChanges, tagList } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";
import { applyPolicies, dropPolicies, orUndefined, updatePolicies } from "./inline-policies.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-user.html */
export const resourceType = defineResourceType({
  type: "AWS::IAM::User",
  name: { property: "UserName", maxLength: 64 },
  async create({ clients, properties, name, tags }) {
    await clients.iam.CreateUser({
      UserName: name,
      ...pick(properties, "Path", "PermissionsBoundary"),
      Tags: tagList(ownTags(tags)),
    });
    return name;
  },
  async find({ clients, name }) {
    return (await orUndefined(clients.iam.GetUser({ UserName: name }))) && name;
  },
  async configure(request) {
    const { clients, properties, physicalId: UserName } = request;
    await applyPolicies(request, "User");
    for (const GroupName of properties["Groups"] ?? [])
      await clients.iam.AddUserToGroup({ GroupName, UserName });
    const profile = properties["LoginProfile"];
    if (profile && !(await orUndefined(clients.iam.GetLoginProfile({ UserName }))))
      await clients.iam.CreateLoginProfile({
        UserName,
        ...pick(profile, "Password", "PasswordResetRequired"),
      });
  },
  async update(request) {
    const { clients, properties, previous, physicalId: UserName, changed } = request;
    const { iam } = clients;
    const groups: string[] = properties["Groups"] ?? [];
    for (const GroupName of previous["Groups"] ?? [])
      if (!groups.includes(GroupName))
        await orUndefined(iam.RemoveUserFromGroup({ GroupName, UserName }));
    for (const GroupName of groups) await iam.AddUserToGroup({ GroupName, UserName });
    if (changed.includes("Path"))
      await iam.UpdateUser({ UserName, NewPath: properties["Path"] ?? "/" });
    const boundary: string | undefined = properties["PermissionsBoundary"];
    if (changed.includes("PermissionsBoundary")) {
      if (boundary !== undefined)
        await iam.PutUserPermissionsBoundary({ UserName, PermissionsBoundary: boundary });
      else await orUndefined(iam.DeleteUserPermissionsBoundary({ UserName }));
    }
    if (changed.includes("LoginProfile")) {
      const profile = properties["LoginProfile"];
      const present = await orUndefined(iam.GetLoginProfile({ UserName }));
      const input = { UserName, ...pick(profile ?? {}, "Password", "PasswordResetRequired") };
      if (!profile) await orUndefined(iam.DeleteLoginProfile({ UserName }));
      else if (present) await iam.UpdateLoginProfile(input);
      else await iam.CreateLoginProfile(input);
    }
    await updatePolicies(request, "User");
    const { added, removed } = tagChanges(request);
    if (removed.length > 0) await iam.UntagUser({ UserName, TagKeys: removed });
    if (Object.keys(added).length > 0) await iam.TagUser({ UserName, Tags: tagList(added) });
  },
  async delete(request) {
    const { clients, properties, physicalId: UserName } = request;
    await dropPolicies(request, "User");
    for (const GroupName of properties["Groups"] ?? [])
      await orUndefined(clients.iam.RemoveUserFromGroup({ GroupName, UserName }));
    if (properties["LoginProfile"]) await orUndefined(clients.iam.DeleteLoginProfile({ UserName }));
    await clients.iam.DeleteUser({ UserName });
  },
  async attributes({ clients, physicalId }) {
    const { User } = await clients.iam.GetUser({ UserName: physicalId });
    return { Arn: User?.Arn };
  },
});
