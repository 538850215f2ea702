/** An Auto Scaling group's properties as its API takes them. */
import type { AutoScalingGroup, Tag } from "@aws-sdk/client-auto-scaling";
import { pick } from "../properties.ts";
import type { Properties, ResourceRequest, UpdateRequest } from "../resource-type.ts";

/** Members that create and update take under the properties' names. */
const members = [
  "AvailabilityZones",
  "AvailabilityZoneDistribution",
  "AvailabilityZoneIds",
  "AvailabilityZoneImpairmentPolicy",
  "CapacityRebalance",
  "CapacityReservationSpecification",
  "Context",
  "DefaultInstanceWarmup",
  "DeletionProtection",
  "DesiredCapacityType",
  "HealthCheckGracePeriod",
  "HealthCheckType",
  "InstanceLifecyclePolicy",
  "InstanceMaintenancePolicy",
  "LaunchConfigurationName",
  "LaunchTemplate",
  "MaxInstanceLifetime",
  "MixedInstancesPolicy",
  "NewInstancesProtectedFromScaleIn",
  "PlacementGroup",
  "ServiceLinkedRoleARN",
  "SkipZonalShiftValidation",
  "TerminationPolicies",
];

function common(properties: Properties) {
  const { Cooldown: cooldown, VPCZoneIdentifier: subnets } = properties;
  return {
    ...pick(properties, ...members),
    ...(cooldown !== undefined && { DefaultCooldown: Number(cooldown) }),
    ...(subnets && { VPCZoneIdentifier: subnets.join(",") }),
  };
}

export function createInput(request: ResourceRequest) {
  const { name, properties } = request;
  return {
    ...common(properties),
    AutoScalingGroupName: name,
    MinSize: Number(properties["MinSize"]),
    MaxSize: Number(properties["MaxSize"]),
    ...desired(properties),
    ...pick(
      properties,
      "InstanceId",
      "LifecycleHookSpecificationList",
      "LoadBalancerNames",
      "TargetGroupARNs",
      "TrafficSources",
    ),
    Tags: groupTags(request, name),
  };
}

/** Sizes are left as they are where the update policy says so and the template did not change them. */
export function updateInput(request: UpdateRequest) {
  const { properties, physicalId, changed, updatePolicy } = request;
  const scheduled = updatePolicy?.["AutoScalingScheduledAction"];
  const ignore = String(scheduled?.IgnoreUnmodifiedGroupSizeProperties) === "true";
  const given = {
    MinSize: Number(properties["MinSize"]),
    MaxSize: Number(properties["MaxSize"]),
    ...desired(properties),
  };
  const sizes = Object.fromEntries(
    Object.entries(given).filter(([name]) => !ignore || changed.includes(name)),
  );
  return { ...common(properties), AutoScalingGroupName: physicalId, ...sizes };
}

function desired({ DesiredCapacity: capacity }: Properties) {
  return capacity === undefined ? {} : { DesiredCapacity: Number(capacity) };
}

/** The group's tags and the stack's; those of the stack reach the instances, too. */
export function groupTags(
  { properties, tags }: Pick<ResourceRequest, "properties" | "tags">,
  group: string,
): (Tag & { Key: string })[] {
  const given: Properties[] = properties["Tags"] ?? [];
  return Object.entries(tags).map(([Key, Value]) => ({
    Key,
    Value,
    PropagateAtLaunch: given.find((tag) => tag["Key"] === Key)?.["PropagateAtLaunch"] ?? true,
    ResourceId: group,
    ResourceType: "auto-scaling-group",
  }));
}

export async function describeGroup(
  { clients }: Pick<ResourceRequest, "clients">,
  name: string,
): Promise<AutoScalingGroup | undefined> {
  const { AutoScalingGroups } = await clients.autoscaling.DescribeAutoScalingGroups({
    AutoScalingGroupNames: [name],
  });
  return AutoScalingGroups?.[0];
}
