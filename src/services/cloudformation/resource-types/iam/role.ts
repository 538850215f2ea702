import { documentText, ownTags, pick, tagChanges, tagList } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";
import { applyPolicies, dropPolicies, orUndefined, updatePolicies } from "./inline-policies.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-role.html */
export const resourceType = defineResourceType({
  type: "AWS::IAM::Role",
  name: { property: "RoleName", maxLength: 64 },
  async create({ clients, properties, name, tags }) {
    await clients.iam.CreateRole({
      RoleName: name,
      AssumeRolePolicyDocument: documentText(properties["AssumeRolePolicyDocument"]),
      ...pick(properties, "Description", "MaxSessionDuration", "Path", "PermissionsBoundary"),
      Tags: tagList(ownTags(tags)),
    });
    return name;
  },
  async find({ clients, name }) {
    return (await orUndefined(clients.iam.GetRole({ RoleName: name }))) && name;
  },
  configure: (request) => applyPolicies(request, "Role"),
  async update(request) {
    const { clients, properties, physicalId: RoleName, changed } = request;
    const { iam } = clients;
    if (changed.includes("AssumeRolePolicyDocument"))
      await iam.UpdateAssumeRolePolicy({
        RoleName,
        PolicyDocument: documentText(properties["AssumeRolePolicyDocument"]),
      });
    if (changed.includes("Description") || changed.includes("MaxSessionDuration"))
      await iam.UpdateRole({
        RoleName,
        Description: properties["Description"] ?? "",
        MaxSessionDuration: properties["MaxSessionDuration"] ?? 3600,
      });
    const boundary: string | undefined = properties["PermissionsBoundary"];
    if (changed.includes("PermissionsBoundary")) {
      if (boundary !== undefined)
        await iam.PutRolePermissionsBoundary({ RoleName, PermissionsBoundary: boundary });
      else await orUndefined(iam.DeleteRolePermissionsBoundary({ RoleName }));
    }
    await updatePolicies(request, "Role");
    const { added, removed } = tagChanges(request);
    if (removed.length > 0) await iam.UntagRole({ RoleName, TagKeys: removed });
    if (Object.keys(added).length > 0) await iam.TagRole({ RoleName, Tags: tagList(added) });
  },
  async delete(request) {
    await dropPolicies(request, "Role");
    await request.clients.iam.DeleteRole({ RoleName: request.physicalId });
  },
  async attributes({ clients, physicalId }) {
    const { Role } = await clients.iam.GetRole({ RoleName: physicalId });
    return { Arn: Role?.Arn, RoleId: Role?.RoleId };
  },
});
