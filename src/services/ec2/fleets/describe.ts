/** Fleets as DescribeFleets and CreateFleet show them. */
import type {
  DescribeFleetError,
  DescribeFleetsInstances,
  FleetData,
  LaunchTemplateAndOverridesResponse,
} from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import { shownTags } from "../tags.ts";
import { isAlive, unitsOf, type SeenMember } from "./plan.ts";
import type { FleetMember, FleetRecord } from "./records.ts";

export function describeFleet(fleet: FleetRecord, members: readonly SeenMember[]): FleetData {
  const alive = members.filter(isAlive);
  const asked = fleet.asked as Partial<FleetData> & {
    LaunchTemplateConfigs?: FleetData["LaunchTemplateConfigs"];
  };
  return {
    FleetId: fleet.fleetId,
    CreateTime: dateOf(fleet.createdMs),
    FleetState: fleet.state.replace("-", "_") as FleetData["FleetState"],
    ActivityStatus: activityOf(fleet, alive),
    ClientToken: fleet.clientToken,
    ExcessCapacityTerminationPolicy: fleet.excess,
    FulfilledCapacity: unitsOf(alive),
    FulfilledOnDemandCapacity: unitsOf(alive, false),
    LaunchTemplateConfigs: fleet.launches.map(({ template, overrides }) => ({
      LaunchTemplateSpecification: template,
      Overrides: overrides as NonNullable<FleetData["LaunchTemplateConfigs"]>[number]["Overrides"],
    })),
    TargetCapacitySpecification: {
      TotalTargetCapacity: fleet.target.total,
      OnDemandTargetCapacity: fleet.target.onDemand,
      SpotTargetCapacity: fleet.target.spot,
      DefaultTargetCapacityType: fleet.defaultKind,
      ...(fleet.unit !== "units" && { TargetCapacityUnitType: fleet.unit }),
    },
    TerminateInstancesWithExpiration: fleet.terminateWithExpiration,
    Type: fleet.type,
    ValidFrom: fleet.validFromMs === undefined ? undefined : dateOf(fleet.validFromMs),
    ValidUntil: fleet.validUntilMs === undefined ? undefined : dateOf(fleet.validUntilMs),
    ReplaceUnhealthyInstances: fleet.replaceUnhealthy,
    SpotOptions: {
      ...asked.SpotOptions,
      AllocationStrategy: fleet.spot.strategy,
      InstanceInterruptionBehavior: fleet.spot.behavior,
      InstancePoolsToUseCount: fleet.spot.pools,
    },
    OnDemandOptions: { ...asked.OnDemandOptions, AllocationStrategy: fleet.onDemand.strategy },
    Tags: shownTags(fleet.tags),
    ...(fleet.type === "instant" && {
      Errors: describeErrors(fleet),
      Instances: describeLaunched(fleet, members),
    }),
  };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FleetData.html */
export function activityOf(
  fleet: FleetRecord,
  alive: readonly FleetMember[],
): "error" | "pending_fulfillment" | "pending_termination" | "fulfilled" {
  if (fleet.state.startsWith("deleted"))
    return fleet.state === "deleted-terminating" && alive.length > 0
      ? "pending_termination"
      : "fulfilled";
  if (unitsOf(alive) >= fleet.target.total) return "fulfilled";
  return fleet.problems.length > 0 ? "error" : "pending_fulfillment";
}

function sourceOf(
  fleet: FleetRecord,
  at: Pick<FleetMember, "launch" | "override" | "instanceType" | "zone" | "template">,
): LaunchTemplateAndOverridesResponse {
  const { template: asked, overrides } = fleet.launches[at.launch]!;
  const template = at.template
    ? { LaunchTemplateId: at.template.id, Version: String(at.template.version) }
    : asked;
  const override = overrides[at.override] as LaunchTemplateAndOverridesResponse["Overrides"];
  return {
    LaunchTemplateSpecification: template,
    Overrides: {
      ...override,
      InstanceType: at.instanceType as "t3.micro",
      ...(at.zone && { AvailabilityZone: at.zone }),
    },
  };
}

export function describeErrors(fleet: FleetRecord): DescribeFleetError[] {
  return fleet.problems.map((problem) => ({
    LaunchTemplateAndOverrides: sourceOf(fleet, problem),
    Lifecycle: problem.spot ? "spot" : "on-demand",
    ErrorCode: problem.code,
    ErrorMessage: problem.message,
  }));
}

/** Together what was launched together. */
export function describeLaunched(
  fleet: FleetRecord,
  members: readonly FleetMember[],
): DescribeFleetsInstances[] {
  const groups = Map.groupBy(
    members,
    (one) => `${one.launch}/${one.override}/${one.instanceType}/${one.zone}/${one.spot}`,
  );
  return [...groups.values()].map((together) => {
    const [first] = together as [FleetMember, ...FleetMember[]];
    return {
      LaunchTemplateAndOverrides: sourceOf(fleet, first),
      Lifecycle: first.spot ? "spot" : "on-demand",
      InstanceIds: together.map(({ instanceId }) => instanceId),
      InstanceType: first.instanceType as "t3.micro",
    };
  });
}
