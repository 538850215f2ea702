/** Finds records by ARN or name, with AWS's errors when there are none. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { targetGroupsOf } from "./actions.ts";
import { readArn } from "./arns.ts";
import {
  listenerNotFound,
  loadBalancerNotFound,
  ruleNotFound,
  targetGroupNotFound,
} from "./errors.ts";
import {
  listeners,
  loadBalancers,
  rules,
  targetGroups,
  type ListenerRecord,
  type LoadBalancerRecord,
  type RuleRecord,
  type TargetGroupRecord,
} from "./records.ts";

export async function findLoadBalancer(
  tx: Transaction,
  scope: Scope,
  arn: string | undefined,
): Promise<LoadBalancerRecord> {
  const [name] = readArn("load balancer", arn);
  const found = await loadBalancers.get(tx, scope, name);
  if (found?.arn !== arn) throw loadBalancerNotFound(arn!);
  return found!;
}

export async function findTargetGroup(
  tx: Transaction,
  scope: Scope,
  arn: string | undefined,
): Promise<TargetGroupRecord> {
  const [name] = readArn("target group", arn);
  const found = await targetGroups.get(tx, scope, name);
  if (found?.arn !== arn) throw targetGroupNotFound(arn!);
  return found!;
}

export async function findListener(
  tx: Transaction,
  scope: Scope,
  arn: string | undefined,
): Promise<ListenerRecord> {
  const found = await listeners.get(tx, scope, ...readArn("listener", arn));
  if (found?.arn !== arn) throw listenerNotFound(arn!);
  return found!;
}

/** A rule by its ARN; a default rule is found as its listener. */
export async function findRule(
  tx: Transaction,
  scope: Scope,
  arn: string | undefined,
): Promise<{ rule: RuleRecord; id: string[] } | { defaultOf: ListenerRecord }> {
  const id = readArn("listener rule", arn);
  const rule = await rules.get(tx, scope, ...id);
  if (rule && rule.arn === arn) return { rule, id };
  const listener = await listeners.get(tx, scope, id[0], id[1]!);
  if (listener && listener.defaultRuleArn === arn) return { defaultOf: listener };
  throw ruleNotFound(arn!);
}

/** Which load balancers forward to which target groups. */
export interface Associations {
  /** Names of load balancers by target group ARN. */
  balancersOf(targetGroupArn: string): ReadonlySet<string>;
  /** Target group ARNs by a load balancer's name. */
  groupsOf(loadBalancerName: string): ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();

export async function readAssociations(tx: Transaction, scope: Scope): Promise<Associations> {
  const balancers = new Map<string, Set<string>>();
  const groups = new Map<string, Set<string>>();
  const add = (map: Map<string, Set<string>>, key: string, value: string) => {
    const set = map.get(key);
    if (set) set.add(value);
    else map.set(key, new Set([value]));
  };
  const found = [...(await listeners.entries(tx, scope)), ...(await rules.entries(tx, scope))];
  for (const { id, record } of found)
    for (const arn of targetGroupsOf(record.actions)) {
      add(balancers, arn, String(id[0]));
      add(groups, String(id[0]), arn);
    }
  return {
    balancersOf: (arn) => balancers.get(arn) ?? none,
    groupsOf: (name) => groups.get(name) ?? none,
  };
}
