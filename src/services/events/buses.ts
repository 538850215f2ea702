/** Buses by what requests call them, and ARNs. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { formatArn, parseArn } from "#services/kit/arn.ts";
import type { Clock } from "#runtime/clock.ts";
import { busNotFound } from "./errors.ts";
import { buses, type BusRecord } from "./records.ts";

export const defaultBus = "default";

export function busArn(scope: Scope, name: string): string {
  return formatArn("events", scope, `event-bus/${name}`);
}

export function ruleArn(scope: Scope, bus: string, name: string): string {
  return formatArn("events", scope, `rule/${bus === defaultBus ? "" : `${bus}/`}${name}`);
}

export interface BusPlace {
  scope: Scope;
  name: string;
}

/** Where a bus is that a request calls by name, by ARN or not at all. */
export function busPlace(nameOrArn: string | undefined, scope: Scope): BusPlace {
  const own = { account: scope.account, region: scope.region };
  const arn = nameOrArn === undefined ? undefined : parseArn(nameOrArn);
  if (!arn) return { scope: own, name: nameOrArn ?? defaultBus };
  return {
    scope: { account: arn.account, region: arn.region },
    name: arn.resource.replace(/^event-bus\//, ""),
  };
}

/** Throws ResourceNotFoundException. */
export async function findBus(
  tx: Transaction,
  { scope, name }: BusPlace,
  clock: Clock,
): Promise<BusRecord> {
  const bus = await buses.get(tx, scope, name);
  if (bus) return bus;
  if (name !== defaultBus) throw busNotFound(name);
  const nowMs = clock.now();
  const made: BusRecord = { name, createdMs: nowMs, modifiedMs: nowMs, tags: {} };
  buses.put(tx, scope, [name], made);
  return made;
}
