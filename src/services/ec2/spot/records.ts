/** Spot Instance requests, each of one instance, and the interruptions of what they brought. */
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";
import type { Ec2Input } from "../context.ts";
import { ec2Error } from "../errors.ts";
import { tagOwner } from "../tags.ts";

/** What is launched for a request, in the members of RunInstances. */
export type SpotLaunch = Omit<
  Ec2Input<"RunInstances">,
  "MinCount" | "MaxCount" | "ClientToken" | "InstanceMarketOptions" | "DryRun"
>;

export type InterruptionBehavior = "terminate" | "stop";
/** Why EC2 takes an instance back. */
export type InterruptionCause = "capacity" | "price" | "experiment";

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-request-status.html */
export interface SpotStatus {
  code: string;
  message: string;
  updatedMs: number;
}

export interface SpotRequestRecord {
  requestId: string;
  type: "one-time" | "persistent";
  /** "disabled": a persistent request whose instance is stopped. */
  state: "open" | "active" | "closed" | "cancelled" | "failed" | "disabled";
  status: SpotStatus;
  interruptionBehavior: InterruptionBehavior;
  /** Dollars per hour, with six digits as AWS shows them. */
  maxPrice: string;
  validFromMs?: number;
  validUntilMs?: number;
  launchGroup?: string;
  availabilityZoneGroup?: string;
  launch: SpotLaunch;
  instanceType: string;
  imageId: string;
  /** The instance that it brought, also when that is gone. */
  instanceId?: string;
  zone?: string;
  subnetId?: string;
  /** After an interruption, or a launch that found no room, nothing is tried until then. */
  noCapacityUntilMs?: number;
  /** How often it was fulfilled: names the next launch. */
  launches: number;
  /** How many of them EventBridge was told. */
  toldLaunches?: number;
  /** The fleet that made it. */
  fleetId?: string;
  createdMs: number;
  tags: Tags;
}

/** Key: request id. */
export const spotRequests = collection<SpotRequestRecord>("ec2", "spot-request");

export const spotRequestNotFound = (id: string) =>
  ec2Error(
    "InvalidSpotInstanceRequestID.NotFound",
    `The spot instance request ID '${id}' does not exist`,
  );

export const spotRequestTags = tagOwner({
  resourceType: "spot-instances-request",
  prefix: "sir",
  records: spotRequests,
  notFound: spotRequestNotFound,
});

export interface InterruptionRecord {
  instanceId: string;
  cause: InterruptionCause;
  /** The rebalance recommendation comes now, the notice two minutes before the interruption. */
  startedMs: number;
  /** Undefined for a recommendation that no interruption follows. */
  interruptMs?: number;
  action: InterruptionBehavior;
  /** EventBridge was told. */
  told: { rebalance?: true; warning?: true };
  /** The instance was ended or stopped; the record stays until its machine is. */
  acted?: true;
}

/** Key: instance id. */
export const interruptions = collection<InterruptionRecord>("ec2", "spot-interruption");

/** The market's rules: what a person wants of it beyond prices that move by themselves. */
export interface MarketRule {
  ruleId: string;
  /** Undefined: all. */
  zone?: string;
  instanceType?: string;
  /** How many of the pool's instances are interrupted per hour, as a part of them. */
  interruptedPerHour?: number;
  /** Dollars per hour that the pool costs. */
  price?: number;
  startedMs: number;
  untilMs?: number;
  /** Until when a rate has been played. */
  playedMs: number;
}

export const marketRules = collection<MarketRule>("ec2", "spot-market-rule");

/** Writes the request with its status; the time of the status stays while the code does. */
export function putSpotRequest(
  tx: Transaction,
  scope: Scope,
  request: SpotRequestRecord,
  state: SpotRequestRecord["state"],
  code: string,
  nowMs: number,
  message = statusMessage(code),
): void {
  const { status } = request;
  const same = request.state === state && status.code === code && status.message === message;
  const updated = same ? status : { code, message, updatedMs: nowMs };
  spotRequests.put(tx, scope, [request.requestId], { ...request, state, status: updated });
}

const messages: Record<string, string> = {
  "pending-evaluation":
    "Your Spot request has been submitted for review, and is pending evaluation.",
  "pending-fulfillment": "Your Spot request is pending fulfillment.",
  fulfilled: "Your Spot request is fulfilled.",
  "not-scheduled-yet": "Your Spot request will not be evaluated until its scheduled date.",
  "schedule-expired":
    "Your Spot request expired because it was not fulfilled before the specified date.",
  "price-too-low":
    "Your Spot request price is lower than the minimum required Spot request fulfillment price.",
  "capacity-not-available": "There is no Spot capacity available that matches your request.",
  "canceled-before-fulfillment": "Your Spot request is canceled before it was fulfilled.",
  "request-canceled-and-instance-running":
    "Your Spot request is canceled, but your instance(s) are still running.",
  "marked-for-termination": "Your Spot Instance is marked for termination.",
  "marked-for-stop": "Your Spot Instance is marked for stopping.",
  "instance-terminated-by-user":
    "Your Spot Instance was terminated due to user-initiated termination.",
  "instance-terminated-by-price":
    "Your Spot Instance was terminated because the Spot price is greater than your price.",
  "instance-terminated-no-capacity":
    "Your Spot Instance was terminated because there is no Spot capacity available.",
  "instance-terminated-by-experiment": "Your Spot Instance was terminated by an experiment.",
  "instance-terminated-launch-failure": "Your Spot Instance could not be launched.",
  "instance-stopped-by-user": "Your Spot Instance was stopped due to user-initiated stop.",
  "instance-stopped-by-price":
    "Your Spot Instance was stopped because the Spot price is greater than your price.",
  "instance-stopped-no-capacity":
    "Your Spot Instance was stopped because there is no Spot capacity available.",
  "instance-stopped-by-experiment": "Your Spot Instance was stopped by an experiment.",
};

export function statusMessage(code: string): string {
  return messages[code] ?? code;
}
