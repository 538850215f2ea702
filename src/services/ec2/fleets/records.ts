/** EC2 Fleets and Spot Fleets, which are one thing under two names, and what they have launched. */
import type {
  FleetLaunchTemplateOverridesRequest,
  SpotFleetRequestConfigData,
} from "@aws-sdk/client-ec2";
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";
import type { Ec2Input } from "../context.ts";
import type { AwsError } from "#model/error.ts";
import { ec2Error } from "../errors.ts";
import type { InterruptionBehavior, SpotLaunch } from "../spot/records.ts";
import { tagOwner, type TagOwner } from "../tags.ts";

export type SpotStrategy =
  | "lowest-price"
  | "diversified"
  | "capacity-optimized"
  | "capacity-optimized-prioritized"
  | "price-capacity-optimized";

export type FleetOverride = FleetLaunchTemplateOverridesRequest;

export interface FleetLaunch {
  template?: {
    LaunchTemplateId?: string | undefined;
    LaunchTemplateName?: string | undefined;
    Version?: string | undefined;
  };
  /** A launch specification of a Spot Fleet, in the members of RunInstances. */
  launch?: SpotLaunch;
  overrides: FleetOverride[];
}

export interface FleetProblem {
  code: string;
  message: string;
  spot: boolean;
  /** Which launch and which of its overrides. */
  launch: number;
  override: number;
  instanceType: string;
  zone: string;
}

export interface FleetRecord {
  /** "fleet-…" or "sfr-…", and a UUID. */
  fleetId: string;
  kind: "ec2-fleet" | "spot-fleet";
  type: "request" | "maintain" | "instant";
  state: "submitted" | "active" | "deleted-running" | "deleted-terminating" | "deleted";
  createdMs: number;
  /** When it was asked to end, or ran out. */
  endingMs?: number;
  /** When none of its instances was left. */
  deletedMs?: number;
  /** In units of capacity. */
  target: { total: number; onDemand: number; spot: number };
  defaultKind: "spot" | "on-demand";
  unit: "units" | "vcpu" | "memory-mib";
  spot: {
    strategy: SpotStrategy;
    /** For lowest-price: over how many of the cheapest pools. */
    pools: number;
    behavior: InterruptionBehavior;
    /** Dollars per unit and hour, for all pools. */
    maxPrice?: number;
    maxTotalPrice?: number;
    minTarget?: number;
  };
  onDemand: {
    strategy: "lowest-price" | "prioritized";
    maxTotalPrice?: number;
    minTarget?: number;
  };
  /** Instant fleets: all of one kind in one type, in one zone. */
  singleType: { spot: boolean; onDemand: boolean };
  singleZone: { spot: boolean; onDemand: boolean };
  /** Capacity Rebalancing: what EC2 recommends to replace is replaced, and perhaps ended. */
  rebalance?: { terminateAfterMs?: number };
  excess: "no-termination" | "termination";
  terminateWithExpiration: boolean;
  replaceUnhealthy: boolean;
  validFromMs?: number;
  validUntilMs?: number;
  launches: FleetLaunch[];
  /** Units that were launched so far: a request asks for each once. */
  bought: { spot: number; onDemand: number };
  problems: FleetProblem[];
  /** Nothing is launched before, after a pass that failed. */
  retryMs?: number;
  /** Its own members, as it was asked for, but for times and tags. */
  asked: Partial<Ec2Input<"CreateFleet">> | Partial<SpotFleetRequestConfigData>;
  clientToken?: string;
  instanceTags: Tags;
  tags: Tags;
}

export const fleets = collection<FleetRecord>("ec2", "fleet");

export interface FleetMember {
  instanceId: string;
  spot: boolean;
  spotRequestId?: string;
  weight: number;
  instanceType: string;
  zone: string;
  launchedMs: number;
  launch: number;
  override: number;
  /** The version that was really used. */
  template?: { id: string; version: number };
  /** A replacement was launched for it, because EC2 recommended so. */
  replacedMs?: number;
}

/** Key: fleet id, instance id. */
export const fleetMembers = collection<FleetMember>("ec2", "fleet-member");
/** Key: instance id. */
export const fleetOfInstance = collection<{ fleetId: string }>("ec2", "fleet-of-instance");

export interface FleetEvent {
  atMs: number;
  type: "instance-change" | "fleet-change" | "service-error";
  subType: string;
  description?: string;
  instanceId?: string;
}

/** Key: fleet id, time, a serial. */
export const fleetEvents = collection<FleetEvent>("ec2", "fleet-event");

export async function note(
  tx: Transaction,
  scope: Scope,
  fleetId: string,
  event: FleetEvent,
): Promise<void> {
  const moment = [fleetId, event.atMs] as const;
  const [last] = await fleetEvents.entries(tx, scope, moment, { limit: 1, reverse: true });
  fleetEvents.put(tx, scope, [...moment, last ? Number(last.id[2]) + 1 : 0], event);
}

export const fleetNotFound = (id: string) =>
  ec2Error("InvalidFleetId.NotFound", `The fleet ID '${id}' does not exist`);

const spotFleetNotFound = (id: string) =>
  ec2Error(
    "InvalidSpotFleetRequestId.NotFound",
    `The spot fleet request ID '${id}' does not exist`,
  );

function tagsOfKind(
  resourceType: string,
  prefix: string,
  kind: FleetRecord["kind"],
  notFound: (id: string) => AwsError,
): TagOwner {
  const owner = tagOwner({ resourceType, prefix, records: fleets, notFound });
  return {
    ...owner,
    async list(tx, scope) {
      const all = await fleets.list(tx, scope);
      return all
        .filter((fleet) => fleet.kind === kind)
        .map(({ fleetId, tags }) => ({ id: fleetId, tags }));
    },
  };
}

export const fleetTags = tagsOfKind("fleet", "fleet", "ec2-fleet", fleetNotFound);
export const spotFleetTags = tagsOfKind(
  "spot-fleet-request",
  "sfr",
  "spot-fleet",
  spotFleetNotFound,
);

export async function findFleet(
  tx: Transaction,
  scope: Scope,
  id: string,
  kind: FleetRecord["kind"],
): Promise<FleetRecord> {
  const found = await fleets.get(tx, scope, id);
  if (found?.kind === kind) return found;
  throw kind === "ec2-fleet" ? fleetNotFound(id) : spotFleetNotFound(id);
}
