/** Looks at the real state of a group's instances and targets. Changes nothing. */
import type { Caller, Clients } from "#services/kit/service.ts";
import { AwsError } from "#model/error.ts";
import { isClassic } from "../groups/target-groups.ts";
import { mostPerDescribe } from "../limits.ts";
import type { Offer } from "../planning/allocation.ts";
import type { Consent } from "../planning/consent.ts";
import type { InstanceState } from "../planning/advance.ts";
import type { GroupRecord, MemberRecord } from "../records.ts";

export interface SeenInstance {
  state: InstanceState;
  instanceType?: string;
  imageId?: string;
  zone?: string;
  subnetId?: string;
  launchedMs?: number;
  spot?: boolean;
}

export interface Observation {
  /** Instances that were asked for; what EC2 does not know is absent. */
  instances: Map<string, SeenInstance>;
  /** Instances whose status checks fail. */
  impaired: Set<string>;
  /** Target group to instance to target state; undefined for groups that were not asked. */
  targets: Map<string, Map<string, string>>;
  /** What a mixed instances policy may launch; undefined without one. */
  offers: readonly Offer[] | undefined;
  /** Zones that fail, for a group that is to be shifted away from them. */
  shifted: ReadonlySet<string>;
  /** What a termination policy's function has answered; undefined without one. */
  consent?: Consent;
  /** True when instances in service were looked at too. */
  healthChecked: boolean;
}

export interface ObserveRequest {
  group: GroupRecord;
  members: readonly MemberRecord[];
  /** Look at the instances in service too. */
  health: boolean;
  /** Ask the target groups. */
  targets: boolean;
  offers: readonly Offer[] | undefined;
}

export async function observe(
  clients: Clients,
  caller: Caller,
  { group, members, health, targets, offers }: ObserveRequest,
): Promise<Observation> {
  const wanted = members.flatMap(({ instanceId, state }) =>
    instanceId !== undefined &&
    (health || !["InService", "Standby", "Warmed:Stopped", "Warmed:Running"].includes(state))
      ? [instanceId]
      : [],
  );
  const inService = members.flatMap(({ instanceId, state }) =>
    instanceId !== undefined && state === "InService" ? [instanceId] : [],
  );
  return {
    instances: await describeInstances(clients, caller, wanted),
    impaired: health ? await impairedOf(clients, caller, inService) : new Set(),
    targets: targets ? await describeTargets(clients, caller, group) : new Map(),
    offers,
    shifted: await impairedZones(clients, caller, group),
    healthChecked: health,
  };
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  const cut: T[][] = [];
  for (let start = 0; start < list.length; start += size) cut.push(list.slice(start, start + size));
  return cut;
}

async function describeInstances(
  clients: Clients,
  caller: Caller,
  ids: readonly string[],
): Promise<Map<string, SeenInstance>> {
  const seen = new Map<string, SeenInstance>(ids.map((id) => [id, { state: "absent" }]));
  for (const Values of chunks(ids, mostPerDescribe)) {
    // A filter, because asking for ids by name fails as a whole when one is gone.
    const { Reservations = [] } = await clients
      .ec2(caller)
      .DescribeInstances({ Filters: [{ Name: "instance-id", Values }] });
    for (const { Instances = [] } of Reservations)
      for (const instance of Instances)
        seen.set(instance.InstanceId!, {
          state: instance.State!.Name as InstanceState,
          instanceType: instance.InstanceType,
          imageId: instance.ImageId,
          zone: instance.Placement?.AvailabilityZone,
          subnetId: instance.SubnetId,
          launchedMs: instance.LaunchTime?.getTime(),
          spot: instance.InstanceLifecycle === "spot",
        });
  }
  return seen;
}

async function impairedOf(
  clients: Clients,
  caller: Caller,
  ids: readonly string[],
): Promise<Set<string>> {
  const impaired = new Set<string>();
  if (ids.length === 0) return impaired;
  const own = new Set(ids);
  for (const Name of ["instance-status.status", "system-status.status"]) {
    const Filters = [{ Name, Values: ["impaired"] }];
    const { InstanceStatuses = [] } = await clients.ec2(caller).DescribeInstanceStatus({ Filters });
    for (const { InstanceId } of InstanceStatuses)
      if (own.has(InstanceId!)) impaired.add(InstanceId!);
  }
  return impaired;
}

/**
 * A zone that loses its power is what AWS's zonal autoshift shifts away from.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-zonal-shift.html
 */
async function impairedZones(
  clients: Clients,
  caller: Caller,
  { zoneImpairment }: GroupRecord,
): Promise<Set<string>> {
  if (!zoneImpairment?.ZonalShiftEnabled) return new Set();
  const { AvailabilityZones = [] } = await clients
    .ec2(caller)
    .DescribeAvailabilityZones({ Filters: [{ Name: "state", Values: ["impaired"] }] });
  return new Set(AvailabilityZones.map(({ ZoneName }) => ZoneName!));
}

/** The instances of a Classic Load Balancer in the words of target groups. */
async function classicStates(clients: Clients, caller: Caller, LoadBalancerName: string) {
  const { InstanceStates = [] } = await clients
    .elb(caller)
    .DescribeInstanceHealth({ LoadBalancerName });
  return new Map(
    InstanceStates.map(({ InstanceId, State, Description }): [string, string] => [
      InstanceId!,
      /deregistration currently in progress/i.test(Description ?? "")
        ? "draining"
        : /registration is still in progress|has not passed/.test(Description ?? "")
          ? "initial"
          : State === "InService"
            ? "healthy"
            : "unhealthy",
    ]),
  );
}

async function describeTargets(
  clients: Clients,
  caller: Caller,
  { targetGroups }: GroupRecord,
): Promise<Map<string, Map<string, string>>> {
  const found = new Map<string, Map<string, string>>();
  for (const { arn } of targetGroups) {
    try {
      if (isClassic(arn)) {
        found.set(arn, await classicStates(clients, caller, arn));
        continue;
      }
      const { TargetHealthDescriptions = [] } = await clients
        .elbv2(caller)
        .DescribeTargetHealth({ TargetGroupArn: arn });
      const states = TargetHealthDescriptions.map(({ Target, TargetHealth }): [string, string] => [
        Target!.Id!,
        TargetHealth!.State!,
      ]);
      found.set(arn, new Map(states));
    } catch (error) {
      // A target group that is gone has no targets; anything else is tried again.
      if (!(error instanceof AwsError) || !/NotFound/.test(error.code)) throw error;
      found.set(arn, new Map());
    }
  }
  return found;
}
