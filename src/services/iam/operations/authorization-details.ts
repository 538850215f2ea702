import type { Transaction } from "#store/store.ts";
import { arnOf, pageOf, type IamContext, type IamOperation } from "../context.ts";
import type { AwsManagedPolicies } from "../aws-managed/aws-managed.ts";
import { attachmentCounts, policyByArn } from "../managed-policies.ts";
import { encodeDocument } from "../policy/document.ts";
import {
  globalScope,
  groups,
  idOf,
  instanceProfiles,
  policies,
  roles,
  users,
  type PolicyHolder,
  type PolicyRecord,
} from "../records.ts";
import {
  detailShape,
  groupShape,
  instanceProfileShape,
  policyShape,
  roleShape,
  userShape,
  versionShape,
} from "../shapes.ts";
import { tagsToList } from "#services/kit/tags.ts";
import { awsManagedPolicies } from "../state.ts";

/** Everything about the account's permissions, in pages over all kinds together. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html */
export const getAccountAuthorizationDetails: IamOperation<
  "GetAccountAuthorizationDetails"
> = async (input, context) => {
  const awsManaged = await awsManagedPolicies(context.state);
  const wanted = (kind: string) => !input.Filter?.length || input.Filter.includes(kind as "User");
  const all = await context.store.transaction(async (tx) => {
    const details = [];
    if (wanted("User")) details.push(...(await userDetails(tx, context)));
    if (wanted("Group")) details.push(...(await groupDetails(tx, context)));
    if (wanted("Role")) details.push(...(await roleDetails(tx, context)));
    details.push(...(await policyDetails(tx, context, awsManaged, wanted)));
    return details;
  });
  const { items, ...rest } = pageOf(all, input, ({ key }) => key);
  return {
    UserDetailList: items.flatMap((item) => ("user" in item ? [item.user] : [])),
    GroupDetailList: items.flatMap((item) => ("group" in item ? [item.group] : [])),
    RoleDetailList: items.flatMap((item) => ("role" in item ? [item.role] : [])),
    Policies: items.flatMap((item) => ("policy" in item ? [item.policy] : [])),
    ...rest,
  };
};

function heldPolicies({ inline }: PolicyHolder) {
  return Object.entries(inline).map(([PolicyName, document]) => ({
    PolicyName,
    PolicyDocument: encodeDocument(document),
  }));
}

function attachedPolicies({ attached }: PolicyHolder) {
  return attached.map((arn) => ({
    PolicyName: arn.slice(arn.lastIndexOf("/") + 1),
    PolicyArn: arn,
  }));
}

async function userDetails(tx: Transaction, context: IamContext) {
  const scope = globalScope(context);
  const allGroups = await groups.list(tx, scope);
  return (await users.list(tx, scope)).map((user) => ({
    key: `user/${idOf(user.name)}`,
    user: {
      ...userShape(context, user),
      ...detailShape(user),
      UserPolicyList: heldPolicies(user),
      AttachedManagedPolicies: attachedPolicies(user),
      GroupList: allGroups
        .filter(({ members }) => members.includes(idOf(user.name)))
        .map(({ name }) => name),
      Tags: tagsToList(user.tags),
    },
  }));
}

async function groupDetails(tx: Transaction, context: IamContext) {
  return (await groups.list(tx, globalScope(context))).map((group) => ({
    key: `group/${idOf(group.name)}`,
    group: {
      ...groupShape(context, group),
      GroupPolicyList: heldPolicies(group),
      AttachedManagedPolicies: attachedPolicies(group),
    },
  }));
}

async function roleDetails(tx: Transaction, context: IamContext) {
  const scope = globalScope(context);
  const profiles = await instanceProfiles.list(tx, scope);
  return (await roles.list(tx, scope)).map((role) => ({
    key: `role/${idOf(role.name)}`,
    role: {
      ...roleShape(context, role),
      ...detailShape(role),
      InstanceProfileList: profiles
        .filter((profile) => profile.role === idOf(role.name))
        .map((profile) => instanceProfileShape(context, profile, role)),
      RolePolicyList: heldPolicies(role),
      AttachedManagedPolicies: attachedPolicies(role),
      RoleLastUsed: {},
      Tags: tagsToList(role.tags),
    },
  }));
}

/** The account's own policies, and those of AWS that are attached somewhere. */
async function policyDetails(
  tx: Transaction,
  context: IamContext,
  awsManaged: AwsManagedPolicies,
  wanted: (kind: string) => boolean,
) {
  const counts = await attachmentCounts(tx, context);
  const detail = (arn: string, policy: PolicyRecord) => ({
    key: `policy/${arn}`,
    policy: {
      ...policyShape(context, policy, counts.get(arn) ?? 0),
      Arn: arn,
      Description: policy.description,
      PolicyVersionList: policy.versions.map((version) => ({
        Document: encodeDocument(version.document),
        ...versionShape(policy, version),
      })),
    },
  });
  const details = [];
  if (wanted("LocalManagedPolicy"))
    for (const policy of await policies.list(tx, globalScope(context)))
      details.push(detail(arnOf(context, "policy", policy), policy));
  if (wanted("AWSManagedPolicy"))
    for (const arn of counts.keys())
      if (awsManaged.has(arn)) {
        const policy = await policyByArn(tx, context, awsManaged, arn);
        if (policy) details.push(detail(arn, policy));
      }
  return details;
}
