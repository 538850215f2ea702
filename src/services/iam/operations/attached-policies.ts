/** Managed policies attached to users, groups and roles. https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html */
import { pageOf, type IamContext, type IamOperation, type IamOperations } from "../context.ts";
import { policyNotAttachable, policyNotFound, quotaExceeded } from "../errors.ts";
import { holders, putHolder, type HolderKind } from "../holders.ts";
import { mostAttachedPolicies } from "../limits.ts";
import { attachmentsOf, policyByArn } from "../managed-policies.ts";
import { globalScope, roles, users } from "../records.ts";
import { awsManagedPolicies } from "../state.ts";

interface ListInput {
  PathPrefix?: string | undefined;
  Marker?: string | undefined;
  MaxItems?: number | undefined;
}

const quotaNames = {
  user: "AttachedPoliciesPerUser",
  group: "AttachedPoliciesPerGroup",
  role: "PoliciesPerRole",
} as const;

/** Doing it twice changes nothing. */
async function attach(context: IamContext, kind: HolderKind, name: string, arn: string) {
  const awsManaged = await awsManagedPolicies(context.state);
  await context.store.transaction(async (tx) => {
    const holder = await holders[kind].findToChange(tx, context, name);
    if (!(await policyByArn(tx, context, awsManaged, arn))) throw policyNotAttachable(arn);
    if (holder.attached.includes(arn)) return;
    if (holder.attached.length >= mostAttachedPolicies)
      throw quotaExceeded(quotaNames[kind], mostAttachedPolicies);
    putHolder(tx, context, kind, { ...holder, attached: [...holder.attached, arn] });
  });
  return {};
}

async function detach(context: IamContext, kind: HolderKind, name: string, arn: string) {
  await context.store.transaction(async (tx) => {
    const holder = await holders[kind].findToChange(tx, context, name);
    if (!holder.attached.includes(arn)) throw policyNotFound(arn);
    const attached = holder.attached.filter((one) => one !== arn);
    putHolder(tx, context, kind, { ...holder, attached });
  });
  return {};
}

async function list(context: IamContext, kind: HolderKind, name: string, input: ListInput) {
  const awsManaged = await awsManagedPolicies(context.state);
  const attached = await context.store.transaction(async (tx) => {
    const holder = await holders[kind].find(tx, context, name);
    const found = [];
    for (const arn of holder.attached) {
      const policy = await policyByArn(tx, context, awsManaged, arn);
      if (policy) found.push({ PolicyName: policy.name, PolicyArn: arn, path: policy.path });
    }
    return found;
  });
  const under = attached.filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"));
  const { items, ...rest } = pageOf(under, input, ({ PolicyArn }) => PolicyArn);
  return {
    AttachedPolicies: items.map(({ PolicyName, PolicyArn }) => ({ PolicyName, PolicyArn })),
    ...rest,
  };
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html */
const listEntitiesForPolicy: IamOperation<"ListEntitiesForPolicy"> = async (input, context) => {
  const arn = input.PolicyArn!;
  const awsManaged = await awsManagedPolicies(context.state);
  const asBoundary = input.PolicyUsageFilter === "PermissionsBoundary";
  const found = await context.store.transaction(async (tx) => {
    if (!(await policyByArn(tx, context, awsManaged, arn))) throw policyNotFound(arn);
    if (!asBoundary) return attachmentsOf(tx, context, arn);
    const scope = globalScope(context);
    const bounded = (one: { permissionsBoundary?: string }) => one.permissionsBoundary === arn;
    return {
      users: (await users.list(tx, scope)).filter(bounded),
      roles: (await roles.list(tx, scope)).filter(bounded),
      groups: [],
    };
  });
  const all = (["users", "groups", "roles"] as const).flatMap((kind) =>
    found[kind]
      .filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"))
      .map(({ name, id }) => ({ kind, name, id })),
  );
  const wanted = { User: "users", Group: "groups", Role: "roles" } as Record<string, string>;
  const filter = input.EntityFilter && wanted[input.EntityFilter];
  const filtered = filter ? all.filter(({ kind }) => kind === filter) : all;
  const { items, ...rest } = pageOf(filtered, input, ({ kind, name }) => `${kind}/${name}`);
  const of = (kind: string) => items.filter((one) => one.kind === kind);
  return {
    PolicyUsers: of("users").map(({ name, id }) => ({ UserName: name, UserId: id })),
    PolicyGroups: of("groups").map(({ name, id }) => ({ GroupName: name, GroupId: id })),
    PolicyRoles: of("roles").map(({ name, id }) => ({ RoleName: name, RoleId: id })),
    ...rest,
  };
};

/** Permissions boundaries are kept like attachments, one per user or role. */
async function bound(
  context: IamContext,
  kind: "user" | "role",
  name: string,
  arn: string | undefined,
) {
  const awsManaged = await awsManagedPolicies(context.state);
  await context.store.transaction(async (tx) => {
    const holder = await holders[kind].findToChange(tx, context, name);
    if (arn !== undefined && !(await policyByArn(tx, context, awsManaged, arn)))
      throw policyNotFound(arn);
    const { permissionsBoundary: _old, ...rest } = holder as typeof holder & {
      permissionsBoundary?: string;
    };
    const bounded = arn === undefined ? rest : { ...rest, permissionsBoundary: arn };
    putHolder(tx, context, kind, bounded);
  });
  return {};
}

export const attachedPolicyOperations: IamOperations = {
  AttachUserPolicy: (input, context) => attach(context, "user", input.UserName!, input.PolicyArn!),
  AttachGroupPolicy: (input, context) =>
    attach(context, "group", input.GroupName!, input.PolicyArn!),
  AttachRolePolicy: (input, context) => attach(context, "role", input.RoleName!, input.PolicyArn!),
  DetachUserPolicy: (input, context) => detach(context, "user", input.UserName!, input.PolicyArn!),
  DetachGroupPolicy: (input, context) =>
    detach(context, "group", input.GroupName!, input.PolicyArn!),
  DetachRolePolicy: (input, context) => detach(context, "role", input.RoleName!, input.PolicyArn!),
  ListAttachedUserPolicies: (input, context) => list(context, "user", input.UserName!, input),
  ListAttachedGroupPolicies: (input, context) => list(context, "group", input.GroupName!, input),
  ListAttachedRolePolicies: (input, context) => list(context, "role", input.RoleName!, input),
  ListEntitiesForPolicy: listEntitiesForPolicy,
  PutUserPermissionsBoundary: (input, context) =>
    bound(context, "user", input.UserName!, input.PermissionsBoundary),
  PutRolePermissionsBoundary: (input, context) =>
    bound(context, "role", input.RoleName!, input.PermissionsBoundary),
  DeleteUserPermissionsBoundary: (input, context) =>
    bound(context, "user", input.UserName!, undefined),
  DeleteRolePermissionsBoundary: (input, context) =>
    bound(context, "role", input.RoleName!, undefined),
};
