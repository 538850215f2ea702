/** Finding zones, reading and changing their records, and how AWS shows them. */
import type { ChangeInfo, HostedZone, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { dateOf } from "#runtime/date.ts";
import type { Context } from "#services/kit/service.ts";
import { listScopes, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { managedZone, noSuchZone } from "./errors.ts";
import { bareId, drawId } from "./ids.ts";
import { limits } from "./limits.ts";
import { reversedName } from "./names.ts";
import {
  changes,
  changeTimes,
  cidrCollections,
  healthChecks,
  hostedZones,
  ofAccount,
  recordProtections,
  recordSets,
  trafficInstances,
  type ChangeRecord,
  type ZoneRecord,
} from "./records.ts";
import type { ZoneView } from "./zone-view.ts";

type Anyone = Context<unknown>;

export async function findZone(
  tx: Transaction,
  scope: Scope,
  id: string | undefined,
): Promise<ZoneRecord> {
  const zone = await hostedZones.get(tx, scope, bareId(id));
  if (!zone) throw noSuchZone(bareId(id));
  return zone;
}

/** Zones that another service keeps may be changed by that service only. */
export function checkOwner(zone: ZoneRecord, { principal }: Anyone): void {
  const owner = zone.linkedService?.ServicePrincipal;
  if (owner !== undefined && principal.arn !== owner)
    throw managedZone(zone.id, zone.linkedService?.Description ?? owner);
}

export function showZone(zone: ZoneRecord): HostedZone {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: zone.name,
    CallerReference: zone.callerReference,
    Config: {
      ...(zone.comment !== undefined && { Comment: zone.comment }),
      PrivateZone: zone.isPrivate,
    },
    ResourceRecordSetCount: zone.setCount,
    ...(zone.linkedService && { LinkedService: zone.linkedService }),
  };
}

/** Notes a change that is on its way to the name servers. */
export function beginChange(tx: Transaction, context: Anyone, comment?: string): ChangeInfo {
  const change: ChangeRecord = {
    id: drawId(context.random, "C"),
    submittedMs: context.clock.now(),
    comment,
  };
  changes.put(tx, ofAccount(context), [change.id], change);
  changeTimes.put(tx, ofAccount(context), [change.submittedMs, change.id], { id: change.id });
  return showChange(change, context.clock.now());
}

export function showChange(change: ChangeRecord, nowMs: number): ChangeInfo {
  return {
    Id: `/change/${change.id}`,
    Status: nowMs - change.submittedMs < limits.propagationMs ? "PENDING" : "INSYNC",
    SubmittedAt: dateOf(change.submittedMs),
    ...(change.comment !== undefined && { Comment: change.comment }),
  };
}

export function setId(zoneId: string, { Name, Type, SetIdentifier }: ResourceRecordSet): string[] {
  return [zoneId, reversedName(Name!), Type!, SetIdentifier ?? ""];
}

/** The zone's records for a batch; `setCount` follows what the batch does. */
export function viewZone(tx: Transaction, scope: Scope, zone: ZoneRecord): ZoneView {
  return {
    id: zone.id,
    name: zone.name,
    isPrivate: zone.isPrivate,
    setsOfOneNameAndType:
      zone.linkedService === undefined
        ? limits.setsOfOneNameAndType
        : limits.setsOfOneManagedNameAndType,
    ofName: (name) => recordSets.list(tx, scope, [zone.id, reversedName(name)]),
    healthCheckExists: async (id) => (await healthChecks.get(tx, scope, id)) !== undefined,
    async zoneExists(id) {
      for (const any of await listScopes(tx)) if (await hostedZones.get(tx, any, id)) return true;
      return false;
    },
    async instanceIs(id, name, type) {
      const found = await trafficInstances.get(tx, scope, zone.id, id);
      return found?.name === name && found.type === type;
    },
    protection: (name, type) => recordProtections.get(tx, scope, zone.id, reversedName(name), type),
    async collectionHas(id, location) {
      const found = await cidrCollections.get(tx, scope, id);
      return found !== undefined && (location === "*" || location in found.locations);
    },
    put(set) {
      recordSets.put(tx, scope, setId(zone.id, set), set);
    },
    remove(set) {
      recordSets.delete(tx, scope, ...setId(zone.id, set));
    },
  };
}

export async function countSets(tx: Transaction, scope: Scope, zoneId: string): Promise<number> {
  return tx.count(
    recordSets.key(scope, zoneId),
    recordSets.key(scope, zoneId, Number.POSITIVE_INFINITY),
  );
}
