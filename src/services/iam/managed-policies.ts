/** Managed policies, the account's own and AWS's, and who they are attached to. */
import type { Transaction } from "#store/store.ts";
import { parseArn } from "#services/kit/arn.ts";
import type { AwsManagedPolicies } from "./aws-managed/aws-managed.ts";
import { arnOf } from "./context.ts";
import { globalScope, groups, idOf, policies, roles, users, type PolicyRecord } from "./records.ts";

type At = { account: string; region: string };

/** The policy with this ARN; undefined when there is none, or it is another account's. */
export async function policyByArn(
  tx: Transaction,
  at: At,
  awsManaged: AwsManagedPolicies,
  arn: string,
): Promise<PolicyRecord | undefined> {
  const parsed = parseArn(arn);
  if (parsed?.account === "aws") return awsManaged.get(arn.replace(/^arn:[^:]+:/, "arn:aws:"));
  const name = parsed?.resource.slice(parsed.resource.lastIndexOf("/") + 1);
  if (!parsed || !name || parsed.account !== at.account) return undefined;
  const policy = await policies.get(tx, globalScope(at), idOf(name));
  return policy && arnOf(at, "policy", policy) === arn ? policy : undefined;
}

export interface Attachments {
  users: { name: string; id: string; path: string }[];
  groups: { name: string; id: string; path: string }[];
  roles: { name: string; id: string; path: string }[];
}

export async function attachmentsOf(tx: Transaction, at: At, arn: string): Promise<Attachments> {
  const scope = globalScope(at);
  return {
    users: (await users.list(tx, scope)).filter(({ attached }) => attached.includes(arn)),
    groups: (await groups.list(tx, scope)).filter(({ attached }) => attached.includes(arn)),
    roles: (await roles.list(tx, scope)).filter(({ attached }) => attached.includes(arn)),
  };
}

/** How many entities each policy is attached to, by ARN. */
export async function attachmentCounts(tx: Transaction, at: At): Promise<Map<string, number>> {
  const scope = globalScope(at);
  const counts = new Map<string, number>();
  for (const holders of [
    await users.list(tx, scope),
    await groups.list(tx, scope),
    await roles.list(tx, scope),
  ])
    for (const { attached } of holders)
      for (const arn of attached) counts.set(arn, (counts.get(arn) ?? 0) + 1);
  return counts;
}
