/** ARNs of the load balancers that forward to a target group. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { readAssociations } from "./find.ts";
import { loadBalancers } from "./records.ts";

export async function balancerArns(
  tx: Transaction,
  scope: Scope,
): Promise<(targetGroupArn: string) => string[]> {
  const associations = await readAssociations(tx, scope);
  const arns = new Map<string, string>();
  for (const { name, arn } of await loadBalancers.list(tx, scope)) arns.set(name, arn);
  return (group) => [...associations.balancersOf(group)].map((name) => arns.get(name)!);
}
