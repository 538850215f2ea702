import { documentText, pick } from "../properties.ts";
import { defineResourceType, type Properties, type ResourceRequest } from "../resource-type.ts";
import { attach, detach, orUndefined, type Holder } from "./inline-policies.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-managedpolicy.html */
export const resourceType = defineResourceType({
  type: "AWS::IAM::ManagedPolicy",
  name: { property: "ManagedPolicyName", maxLength: 128 },
  async create({ clients, properties, name }) {
    const { Policy } = await clients.iam.CreatePolicy({
      PolicyName: name,
      PolicyDocument: documentText(properties["PolicyDocument"]),
      ...pick(properties, "Description", "Path"),
    });
    return Policy!.Arn!;
  },
  find: findPolicy,
  async configure({ clients, properties, physicalId }) {
    for (const holder of holders(properties)) await attach(clients, holder, physicalId);
  },
  async update({ clients, properties, previous, physicalId: PolicyArn, changed }) {
    if (changed.includes("PolicyDocument")) {
      const { iam } = clients;
      // A policy keeps five versions; the oldest that is not in force makes room.
      const { Versions = [] } = await iam.ListPolicyVersions({ PolicyArn });
      const spare = Versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion).at(-1);
      if (Versions.length >= 5 && spare)
        await iam.DeletePolicyVersion({ PolicyArn, VersionId: spare.VersionId });
      await iam.CreatePolicyVersion({
        PolicyArn,
        PolicyDocument: documentText(properties["PolicyDocument"]),
        SetAsDefault: true,
      });
    }
    const kept = holders(properties);
    for (const holder of holders(previous))
      if (!kept.some((own) => own.kind === holder.kind && own.name === holder.name))
        await orUndefined(detach(clients, holder, PolicyArn));
    for (const holder of kept) await attach(clients, holder, PolicyArn);
  },
  async delete({ clients, properties, physicalId: PolicyArn }) {
    for (const holder of holders(properties)) await orUndefined(detach(clients, holder, PolicyArn));
    const { Versions = [] } = await clients.iam.ListPolicyVersions({ PolicyArn });
    for (const { VersionId, IsDefaultVersion } of Versions)
      if (!IsDefaultVersion) await clients.iam.DeletePolicyVersion({ PolicyArn, VersionId });
    await clients.iam.DeletePolicy({ PolicyArn });
  },
  async attributes({ clients, physicalId }) {
    const { Policy } = await clients.iam.GetPolicy({ PolicyArn: physicalId });
    return {
      PolicyArn: physicalId,
      PolicyId: Policy?.PolicyId,
      AttachmentCount: Policy?.AttachmentCount,
      CreateDate: Policy?.CreateDate?.toISOString(),
      UpdateDate: Policy?.UpdateDate?.toISOString(),
      DefaultVersionId: Policy?.DefaultVersionId,
      IsAttachable: Policy?.IsAttachable,
      PermissionsBoundaryUsageCount: Policy?.PermissionsBoundaryUsageCount,
    };
  },
});

function holders({ Roles = [], Users = [], Groups = [] }: Properties): Holder[] {
  return [
    ...Roles.map((name: string): Holder => ({ kind: "Role", name })),
    ...Users.map((name: string): Holder => ({ kind: "User", name })),
    ...Groups.map((name: string): Holder => ({ kind: "Group", name })),
  ];
}

async function findPolicy({ clients, name }: ResourceRequest): Promise<string | undefined> {
  let Marker: string | undefined;
  do {
    const page = await clients.iam.ListPolicies({ Scope: "Local", ...(Marker && { Marker }) });
    const found = page.Policies?.find(({ PolicyName }) => PolicyName === name);
    if (found) return found.Arn;
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
  return undefined;
}
