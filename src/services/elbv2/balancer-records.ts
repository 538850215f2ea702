/** A load balancer with all that its data plane is made from. */
import type { InterfaceAddresses } from "#services/kit/load-balancing/interfaces/keep.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { readArn } from "./arns.ts";
import { readAssociations } from "./find.ts";
import { readHolder } from "./interfaces.ts";
import { couldNotBeSetUp } from "./set-up.ts";
import {
  listeners,
  rules,
  targetGroups,
  targets,
  trustStores,
  type ListenerRecord,
  type LoadBalancerRecord,
  type RuleRecord,
  type TargetGroupRecord,
  type TargetRecord,
  type TrustStoreRecord,
} from "./records.ts";

export interface BalancerRecords {
  balancer: LoadBalancerRecord;
  listeners: {
    record: ListenerRecord;
    rules: RuleRecord[];
    trustStore: TrustStoreRecord | undefined;
  }[];
  groups: { record: TargetGroupRecord; targets: TargetRecord[] }[];
  /** Private addresses of its network interfaces, by subnet. */
  addresses: InterfaceAddresses;
  /** It never got them. */
  isFailed: boolean;
}

export async function readBalancer(
  tx: Transaction,
  scope: Scope,
  balancer: LoadBalancerRecord,
): Promise<BalancerRecords> {
  const holder = await readHolder(tx, scope, balancer);
  const found: BalancerRecords = {
    balancer,
    listeners: [],
    groups: [],
    addresses: holder?.addresses ?? {},
    isFailed: couldNotBeSetUp(holder),
  };
  for (const record of await listeners.list(tx, scope, [balancer.name])) {
    const own = await rules.list(tx, scope, [balancer.name, record.id]);
    const trusted = record.tls?.mutual?.trustStoreArn;
    const trustStore =
      trusted && (await trustStores.get(tx, scope, readArn("trust store", trusted)[0]));
    found.listeners.push({
      record,
      rules: own.sort((a, b) => a.priority - b.priority),
      trustStore: trustStore || undefined,
    });
  }
  const groupArns = (await readAssociations(tx, scope)).groupsOf(balancer.name);
  for (const record of await targetGroups.list(tx, scope))
    if (groupArns.has(record.arn))
      found.groups.push({ record, targets: await targets.list(tx, scope, [record.name]) });
  return found;
}
