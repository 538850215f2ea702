/** A CreateFleet request as a record, with AWS's defaults. */
import type { Ec2Context, Ec2Input } from "../context.ts";
import {
  ec2Error,
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  unsupportedParameter,
} from "../errors.ts";
import { behaviorOf } from "../spot/market.ts";
import { tagsFor } from "../tags.ts";
import type { FleetRecord, SpotStrategy } from "./records.ts";

type Request = Ec2Input<"CreateFleet">;
type Target = NonNullable<Request["TargetCapacitySpecification"]>;

/** Both spellings are taken: "lowest-price" and "lowestPrice". */
export const dashed = (name: string) =>
  name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const spotStrategies = new Set([
  "lowest-price",
  "diversified",
  "capacity-optimized",
  "capacity-optimized-prioritized",
  "price-capacity-optimized",
]);

export function spotStrategyOf(asked: string | undefined): SpotStrategy {
  const strategy = dashed(asked ?? "lowest-price");
  if (!spotStrategies.has(strategy))
    throw invalidParameterValue(`The allocation strategy '${asked}' is not valid.`);
  return strategy as SpotStrategy;
}

export function onDemandStrategyOf(asked: string | undefined): "lowest-price" | "prioritized" {
  const strategy = dashed(asked ?? "lowest-price");
  if (strategy !== "lowest-price" && strategy !== "prioritized")
    throw invalidParameterValue(`The allocation strategy '${asked}' is not valid.`);
  return strategy;
}

export function fleetOf(input: Request, context: Ec2Context, fleetId: string): FleetRecord {
  const type = input.Type ?? "maintain";
  const { SpotOptions: spot = {}, OnDemandOptions: onDemand = {} } = input;
  refuse(input);
  const launches = input.LaunchTemplateConfigs ?? [];
  if (launches.length === 0) throw missingParameter("LaunchTemplateConfigs");
  const target = targetOf(input.TargetCapacitySpecification);
  const instant = type === "instant";
  const singles = { ...spot, ...onDemand };
  if (
    !instant &&
    (singles.MinTargetCapacity || singles.SingleInstanceType || singles.SingleAvailabilityZone)
  )
    throw invalidParameterCombination(
      "MinTargetCapacity, SingleInstanceType and SingleAvailabilityZone are supported only for fleets of type instant.",
    );
  const { InstanceTags, FleetTags } = tagsOf(input, context);
  const behavior = spot.InstanceInterruptionBehavior;
  const rebalance = spot.MaintenanceStrategies?.CapacityRebalance;
  const { ClientToken, DryRun: _dry, TagSpecifications: _tags, ...asked } = input;
  const { ValidFrom, ValidUntil, ...shown } = asked;
  return {
    fleetId,
    kind: "ec2-fleet",
    type,
    state: "submitted",
    createdMs: context.clock.now(),
    target,
    defaultKind: defaultKind(input.TargetCapacitySpecification),
    unit: input.TargetCapacitySpecification?.TargetCapacityUnitType ?? "units",
    spot: {
      strategy: spotStrategyOf(spot.AllocationStrategy),
      pools: spot.InstancePoolsToUseCount ?? 1,
      behavior: behaviorOf(behavior, type === "maintain"),
      ...(spot.MaxTotalPrice && { maxTotalPrice: Number(spot.MaxTotalPrice) }),
      ...(spot.MinTargetCapacity && { minTarget: spot.MinTargetCapacity }),
    },
    onDemand: {
      strategy: onDemandStrategyOf(onDemand.AllocationStrategy),
      ...(onDemand.MaxTotalPrice && { maxTotalPrice: Number(onDemand.MaxTotalPrice) }),
      ...(onDemand.MinTargetCapacity && { minTarget: onDemand.MinTargetCapacity }),
    },
    singleType: {
      spot: spot.SingleInstanceType ?? false,
      onDemand: onDemand.SingleInstanceType ?? false,
    },
    singleZone: {
      spot: spot.SingleAvailabilityZone ?? false,
      onDemand: onDemand.SingleAvailabilityZone ?? false,
    },
    ...(rebalance && { rebalance: rebalanceOf(rebalance) }),
    excess:
      input.ExcessCapacityTerminationPolicy === "no-termination" ? "no-termination" : "termination",
    terminateWithExpiration: input.TerminateInstancesWithExpiration ?? false,
    replaceUnhealthy: input.ReplaceUnhealthyInstances ?? false,
    ...(ValidFrom && { validFromMs: ValidFrom.getTime() }),
    ...(ValidUntil && { validUntilMs: ValidUntil.getTime() }),
    launches: launches.map(({ LaunchTemplateSpecification: template, Overrides }) => {
      if (!template) throw missingParameter("LaunchTemplateSpecification");
      return { template, overrides: Overrides ?? [] };
    }),
    bought: { spot: 0, onDemand: 0 },
    problems: [],
    asked: shown,
    ...(ClientToken && { clientToken: ClientToken }),
    instanceTags: instant ? InstanceTags : {},
    tags: FleetTags,
  };
}

/** "launch-before-terminate" ends what it replaced, after its delay. */
export function rebalanceOf(given: {
  ReplacementStrategy?: string | undefined;
  TerminationDelay?: number | undefined;
}): NonNullable<FleetRecord["rebalance"]> {
  if (given.ReplacementStrategy !== "launch-before-terminate") return {};
  const seconds = given.TerminationDelay;
  if (seconds === undefined || seconds < 120 || seconds > 7200)
    throw invalidParameterValue("TerminationDelay must be between 120 and 7200 seconds.");
  return { terminateAfterMs: seconds * 1000 };
}

function refuse({ OnDemandOptions, Context, LaunchTemplateConfigs, ...rest }: Request): void {
  if (OnDemandOptions?.CapacityReservationOptions)
    throw unsupportedParameter("OnDemandOptions.CapacityReservationOptions");
  if (rest.ReservedCapacityOptions) throw unsupportedParameter("ReservedCapacityOptions");
  if (Context) throw unsupportedParameter("Context");
  if ((LaunchTemplateConfigs?.length ?? 0) > 50)
    throw ec2Error("InvalidFleetConfig", "A fleet has at most 50 launch template configurations.");
}

function tagsOf({ TagSpecifications, Type }: Request, { principal }: Ec2Context) {
  const kinds =
    Type === "instant"
      ? ["fleet", "instance", "volume", "network-interface", "spot-instances-request"]
      : ["fleet", "instance"];
  return {
    FleetTags: tagsFor("fleet", TagSpecifications, principal, kinds),
    InstanceTags: tagsFor("instance", TagSpecifications, principal, kinds),
  };
}

function defaultKind(given: Request["TargetCapacitySpecification"]): "spot" | "on-demand" {
  return given?.DefaultTargetCapacityType === "spot" ? "spot" : "on-demand";
}

/** What is not said of one kind is of the default kind. */
export function targetOf(given: Target | undefined): FleetRecord["target"] {
  if (!given) throw missingParameter("TargetCapacitySpecification");
  const total = given.TotalTargetCapacity ?? 0;
  const { SpotTargetCapacity: spot, OnDemandTargetCapacity: onDemand } = given;
  if ((spot ?? 0) + (onDemand ?? 0) > total || total < 0)
    throw ec2Error(
      "InvalidTargetCapacitySpecification",
      "The sum of the On-Demand and Spot target capacities must not exceed the total target capacity.",
    );
  const left = total - (spot ?? 0) - (onDemand ?? 0);
  const isSpot = defaultKind(given) === "spot";
  return {
    total,
    spot: (spot ?? 0) + (isSpot ? left : 0),
    onDemand: (onDemand ?? 0) + (isSpot ? 0 : left),
  };
}
