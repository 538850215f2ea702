/** Inline policies of users, groups and roles. https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html */
import { pageOf, type IamContext, type IamOperations } from "../context.ts";
import { limitExceeded, noSuchEntity } from "../errors.ts";
import { holders, putHolder, type HolderKind } from "../holders.ts";
import { longestInlinePolicies } from "../limits.ts";
import { encodeDocument, policySize } from "../policy/document.ts";
import { checkIdentityPolicy } from "../policy/validate.ts";

interface PolicyInput {
  PolicyName?: string | undefined;
  PolicyDocument?: string | undefined;
}

interface ListInput {
  Marker?: string | undefined;
  MaxItems?: number | undefined;
}

const inlineNotFound = (kind: HolderKind, name: string) =>
  noSuchEntity(`The ${kind} policy with name ${name} cannot be found.`);

async function put(context: IamContext, kind: HolderKind, name: string, input: PolicyInput) {
  const document = input.PolicyDocument!;
  checkIdentityPolicy(document);
  await context.store.transaction(async (tx) => {
    const holder = await holders[kind].findToChange(tx, context, name);
    const inline = { ...holder.inline, [input.PolicyName!]: document };
    const size = Object.values(inline).reduce((sum, one) => sum + policySize(one), 0);
    const most = longestInlinePolicies[kind];
    if (size > most)
      throw limitExceeded(
        `Maximum policy size of ${most} bytes exceeded for ${kind} ${holder.name}`,
      );
    putHolder(tx, context, kind, { ...holder, inline });
  });
  return {};
}

async function get(context: IamContext, kind: HolderKind, name: string, input: PolicyInput) {
  const { PolicyName } = input;
  const holder = await context.store.transaction((tx) => holders[kind].find(tx, context, name));
  const document = holder.inline[PolicyName!];
  if (document === undefined) throw inlineNotFound(kind, PolicyName!);
  return { name: holder.name, PolicyName, PolicyDocument: encodeDocument(document) };
}

async function remove(context: IamContext, kind: HolderKind, name: string, input: PolicyInput) {
  await context.store.transaction(async (tx) => {
    const holder = await holders[kind].findToChange(tx, context, name);
    const { [input.PolicyName!]: removed, ...inline } = holder.inline;
    if (removed === undefined) throw inlineNotFound(kind, input.PolicyName!);
    putHolder(tx, context, kind, { ...holder, inline });
  });
  return {};
}

async function list(context: IamContext, kind: HolderKind, name: string, input: ListInput) {
  const holder = await context.store.transaction((tx) => holders[kind].find(tx, context, name));
  const { items, ...rest } = pageOf(Object.keys(holder.inline), input, (one) => one);
  return { PolicyNames: items, ...rest };
}

export const inlinePolicyOperations: IamOperations = {
  PutUserPolicy: (input, context) => put(context, "user", input.UserName!, input),
  PutGroupPolicy: (input, context) => put(context, "group", input.GroupName!, input),
  PutRolePolicy: (input, context) => put(context, "role", input.RoleName!, input),
  async GetUserPolicy(input, context) {
    const { name: UserName, ...policy } = await get(context, "user", input.UserName!, input);
    return { UserName, ...policy };
  },
  async GetGroupPolicy(input, context) {
    const { name: GroupName, ...policy } = await get(context, "group", input.GroupName!, input);
    return { GroupName, ...policy };
  },
  async GetRolePolicy(input, context) {
    const { name: RoleName, ...policy } = await get(context, "role", input.RoleName!, input);
    return { RoleName, ...policy };
  },
  DeleteUserPolicy: (input, context) => remove(context, "user", input.UserName!, input),
  DeleteGroupPolicy: (input, context) => remove(context, "group", input.GroupName!, input),
  DeleteRolePolicy: (input, context) => remove(context, "role", input.RoleName!, input),
  ListUserPolicies: (input, context) => list(context, "user", input.UserName!, input),
  ListGroupPolicies: (input, context) => list(context, "group", input.GroupName!, input),
  ListRolePolicies: (input, context) => list(context, "role", input.RoleName!, input),
};
