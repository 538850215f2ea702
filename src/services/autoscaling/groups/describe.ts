/** Groups and instances in AWS's form. */
import type {
  AutoScalingGroup,
  AutoScalingInstanceDetails,
  Instance,
  LaunchTemplateSpecification,
  WarmPoolConfiguration,
} from "@aws-sdk/client-auto-scaling";
import type { Scope } from "#store/collection.ts";
import { dateOf } from "#runtime/date.ts";
import { groupArn } from "../arns.ts";
import { isClassic, trafficType } from "./target-groups.ts";
import { describeMixedPolicy } from "./mixed-instances.ts";
import { isWarm } from "./capacity.ts";
import type { LaunchTemplateRef, WarmPool } from "../launch/launch-records.ts";
import type { GroupRecord, MemberRecord } from "../records.ts";

function templateOf({ id, name, version }: LaunchTemplateRef): LaunchTemplateSpecification {
  return {
    LaunchTemplateId: id,
    LaunchTemplateName: name,
    ...(version !== "" && { Version: version }),
  };
}

export function describeTags({ name, tags }: GroupRecord) {
  return tags.map(({ key, value, propagate }) => ({
    ResourceId: name,
    ResourceType: "auto-scaling-group",
    Key: key,
    Value: value,
    PropagateAtLaunch: propagate,
  }));
}

/** Undefined for a member that EC2 has not answered for. */
export function describeInstance(member: MemberRecord): Instance | undefined {
  if (member.instanceId === undefined) return undefined;
  return {
    InstanceId: member.instanceId,
    ...(member.instanceType !== undefined && { InstanceType: member.instanceType }),
    AvailabilityZone: member.zone,
    LifecycleState: member.state as Instance["LifecycleState"],
    HealthStatus: member.health,
    ...(member.launchTemplate && { LaunchTemplate: templateOf(member.launchTemplate) }),
    ...(member.launchConfigurationName !== undefined && {
      LaunchConfigurationName: member.launchConfigurationName,
    }),
    ProtectedFromScaleIn: member.protected,
    ...(member.imageId !== undefined && { ImageId: member.imageId }),
    ...(member.weight !== undefined && { WeightedCapacity: String(member.weight) }),
  };
}

export function describeWarmPool(pool: WarmPool): WarmPoolConfiguration {
  return {
    ...(pool.preparedCapacity !== undefined && {
      MaxGroupPreparedCapacity: pool.preparedCapacity,
    }),
    MinSize: pool.minSize,
    PoolState: pool.poolState,
    ...(pool.deleting && { Status: "PendingDelete" as const }),
    ...(pool.reuse && { InstanceReusePolicy: { ReuseOnScaleIn: true } }),
  };
}

export function describeInstanceDetails(
  member: MemberRecord,
): AutoScalingInstanceDetails | undefined {
  const instance = describeInstance(member);
  if (!instance) return undefined;
  const { HealthStatus } = instance;
  return {
    ...instance,
    AutoScalingGroupName: member.group,
    // Here, unlike in DescribeAutoScalingGroups, AWS writes HEALTHY.
    HealthStatus: HealthStatus!.toUpperCase(),
  };
}

export function describeGroup(
  group: GroupRecord,
  members: readonly MemberRecord[],
  scope: Scope,
): AutoScalingGroup {
  const attached = group.targetGroups
    .filter(({ state }) => state !== "Removing")
    .map(({ arn }) => arn);
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: groupArn(scope, group),
    ...(group.launchTemplate && { LaunchTemplate: templateOf(group.launchTemplate) }),
    ...(group.launchConfigurationName !== undefined && {
      LaunchConfigurationName: group.launchConfigurationName,
    }),
    ...(group.mixed && { MixedInstancesPolicy: describeMixedPolicy(group.mixed) }),
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desired,
    ...(group.predicted && { PredictedCapacity: group.predicted.capacity }),
    DefaultCooldown: group.defaultCooldownSeconds,
    AvailabilityZones: group.zones,
    LoadBalancerNames: attached.filter(isClassic),
    TargetGroupARNs: attached.filter((arn) => !isClassic(arn)),
    HealthCheckType: group.healthCheckType.join(","),
    HealthCheckGracePeriod: group.healthCheckGraceSeconds,
    Instances: members.flatMap((member) =>
      isWarm(member) ? [] : (describeInstance(member) ?? []),
    ),
    ...(group.warmPool && {
      WarmPoolConfiguration: describeWarmPool(group.warmPool),
      WarmPoolSize: members.filter(isWarm).length,
    }),
    CreatedTime: dateOf(group.createdMs),
    SuspendedProcesses: Object.entries(group.suspended).map(([ProcessName, SuspensionReason]) => ({
      ProcessName,
      SuspensionReason,
    })),
    VPCZoneIdentifier: group.subnets.map(({ id }) => id).join(","),
    EnabledMetrics: group.enabledMetrics.map((Metric) => ({ Metric, Granularity: "1Minute" })),
    ...(group.deleting && { Status: "Delete in progress" }),
    Tags: describeTags(group),
    TerminationPolicies: group.terminationPolicies,
    NewInstancesProtectedFromScaleIn: group.protectNew,
    ServiceLinkedRoleARN:
      group.serviceLinkedRoleArn ??
      `arn:aws:iam::${scope.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    ...(group.maxLifetimeSeconds !== undefined && {
      MaxInstanceLifetime: group.maxLifetimeSeconds,
    }),
    ...(group.defaultWarmupSeconds !== undefined && {
      DefaultInstanceWarmup: group.defaultWarmupSeconds,
    }),
    ...(group.maintenance && {
      InstanceMaintenancePolicy: {
        MinHealthyPercentage: group.maintenance.minHealthyPercent,
        MaxHealthyPercentage: group.maintenance.maxHealthyPercent,
      },
    }),
    ...(group.context !== undefined && { Context: group.context }),
    CapacityRebalance: group.capacityRebalance ?? false,
    ...(group.desiredCapacityType !== undefined && {
      DesiredCapacityType: group.desiredCapacityType,
    }),
    TrafficSources: attached.map((Identifier) => ({ Identifier, Type: trafficType(Identifier) })),
    AvailabilityZoneDistribution: {
      CapacityDistributionStrategy: group.balancedOnly ? "balanced-only" : "balanced-best-effort",
    },
    ...(group.placementGroup && { PlacementGroup: group.placementGroup }),
    ...(group.reservations !== undefined && {
      CapacityReservationSpecification: { CapacityReservationPreference: group.reservations },
    }),
    AvailabilityZoneImpairmentPolicy: group.zoneImpairment ?? {
      ZonalShiftEnabled: false,
      ImpairedZoneHealthCheckBehavior: "IgnoreUnhealthy",
    },
    DeletionProtection: group.deletionProtection ?? "none",
    ...(group.retainOnAbandon !== undefined && {
      InstanceLifecyclePolicy: {
        RetentionTriggers: { TerminateHookAbandon: group.retainOnAbandon ? "retain" : "terminate" },
      },
    }),
  };
}
