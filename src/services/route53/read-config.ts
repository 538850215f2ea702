/** What the DNS server is told, read from the store. */
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { listScopes, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { CommonConfig, ZoneConfig } from "./dataplane/config.ts";
import {
  cidrCollections,
  clientLocations,
  hostedZones,
  placesScope,
  queryLogging,
  recordSets,
  signings,
  trafficInstances,
  trafficPolicies,
} from "./records.ts";
import { parseDocument } from "./traffic-policies/document.ts";
import { expand } from "./traffic-policies/expand.ts";

/** Where clients are, and whose queries are logged. */
export async function readCommon(tx: Transaction) {
  const collections: Record<string, Record<string, string[]>> = {};
  const loggedZones: string[] = [];
  for (const scope of await listScopes(tx)) {
    for (const { id, locations } of await cidrCollections.list(tx, scope))
      collections[id] = locations;
    for (const { zoneId } of await queryLogging.list(tx, scope)) loggedZones.push(zoneId);
  }
  const places = await clientLocations.get(tx, placesScope, "table");
  return {
    collections,
    locations: places?.locations ?? [],
    loggedZones,
  } satisfies CommonConfig;
}

export async function readZone(
  tx: Transaction,
  scope: Scope,
  id: string,
): Promise<ZoneConfig | undefined> {
  const head = await readZoneHead(tx, scope, id);
  if (!head) return undefined;
  const sets = await recordSets.list(tx, scope, [id]);
  return { ...head.config, sets: await withInstances(tx, scope, head.config, sets) };
}

/** All but its records, and whether some of those are traffic policies'. */
export async function readZoneHead(
  tx: Transaction,
  scope: Scope,
  id: string,
): Promise<{ config: Omit<ZoneConfig, "sets">; hasInstances: boolean } | undefined> {
  const zone = await hostedZones.get(tx, scope, id);
  if (!zone) return undefined;
  const signing = await signings.get(tx, scope, id);
  const config = {
    id: zone.id,
    name: zone.name,
    isPrivate: zone.isPrivate,
    vpcs: zone.vpcs.map(({ VPCId, VPCRegion }) => ({ vpcId: VPCId!, region: VPCRegion! })),
    createdMs: zone.createdMs,
    // Before its keys are signed nobody could trust its signatures.
    ...(signing && signing.signatures.length > 0 && { signing }),
  };
  const instances = await trafficInstances.list(tx, scope, [id], { limit: 1 });
  return { config, hasInstances: instances.length > 0 };
}

/** Records of traffic policies in the place of the one that stands for them. */
async function withInstances(
  tx: Transaction,
  scope: Scope,
  { id, name }: Pick<ZoneConfig, "id" | "name">,
  sets: ResourceRecordSet[],
): Promise<ResourceRecordSet[]> {
  if (!sets.some(({ TrafficPolicyInstanceId: one }) => one !== undefined)) return sets;
  const all: ResourceRecordSet[] = [];
  for (const set of sets) {
    if (set.TrafficPolicyInstanceId === undefined) {
      all.push(set);
      continue;
    }
    const instance = await trafficInstances.get(tx, scope, id, set.TrafficPolicyInstanceId);
    const policy =
      instance && (await trafficPolicies.get(tx, scope, instance.policyId, instance.policyVersion));
    if (!policy) continue;
    all.push(...expand(parseDocument(policy.document), { ...instance, zoneName: name }));
  }
  return all;
}
