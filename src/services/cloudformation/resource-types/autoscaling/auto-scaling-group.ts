import {
  defineResourceType,
  ResourceFailure,
  type ExistingRequest,
  type StabilizeRequest,
  type UpdateRequest,
} from "../resource-type.ts";
import { createInput, describeGroup, groupTags, updateInput } from "./group-input.ts";
import { rollingUpdate } from "./rolling-update.ts";

/** How long a new group may take until all its instances are in service. */
const longestStartMs = 60 * 60_000;

/** The properties whose change makes running instances obsolete. */
const launchProperties = [
  "LaunchConfigurationName",
  "LaunchTemplate",
  "MixedInstancesPolicy",
  "VPCZoneIdentifier",
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-autoscaling-autoscalinggroup.html */
export const resourceType = defineResourceType({
  type: "AWS::AutoScaling::AutoScalingGroup",
  name: { property: "AutoScalingGroupName", maxLength: 255 },
  keptBy: ["InstanceId"],
  replaces: (changed, policy) =>
    String(policy?.["AutoScalingReplacingUpdate"]?.WillReplace) === "true" &&
    changed.some((name) => launchProperties.includes(name)),
  async create(request) {
    await request.clients.autoscaling.CreateAutoScalingGroup(createInput(request));
    return request.name;
  },
  async find(request) {
    return (await describeGroup(request, request.name)) ? request.name : undefined;
  },
  configure: applyTrail,
  stabilize: (request) =>
    request.operation === "update" ? rollingUpdate(request) : untilInService(request),
  async update(request) {
    const { clients, changed, physicalId } = request;
    await clients.autoscaling.UpdateAutoScalingGroup(updateInput(request));
    await updateAttachments(request);
    if (changed.includes("Tags")) await updateTags(request);
    if (changed.includes("LifecycleHookSpecificationList")) await updateHooks(request);
    if (changed.includes("MetricsCollection"))
      await clients.autoscaling.DisableMetricsCollection({ AutoScalingGroupName: physicalId });
    await applyTrail(request);
  },
  async delete({ clients, physicalId }) {
    await clients.autoscaling.DeleteAutoScalingGroup({
      AutoScalingGroupName: physicalId,
      ForceDelete: true,
    });
  },
  async deleted(request) {
    return (await describeGroup(request, request.physicalId)) === undefined;
  },
  async attributes(request) {
    const group = await describeGroup(request, request.physicalId);
    return {
      AutoScalingGroupName: request.physicalId,
      AutoScalingGroupARN: group?.AutoScalingGroupARN,
    };
  },
});

async function untilInService(request: StabilizeRequest): Promise<boolean> {
  const group = await describeGroup(request, request.physicalId);
  // With weights the group's sizes are capacity units.
  const inService = (group?.Instances ?? [])
    .filter(({ LifecycleState }) => LifecycleState === "InService")
    .reduce((sum, { WeightedCapacity }) => sum + Number(WeightedCapacity ?? 1), 0);
  if (inService >= (group?.DesiredCapacity ?? 0)) return true;
  if (request.now - request.startedMs > longestStartMs)
    throw new ResourceFailure(
      `Group did not stabilize. {current/minSize/maxSize/desiredCapacity: ${inService}/${group?.MinSize}/${group?.MaxSize}/${group?.DesiredCapacity}}`,
    );
  return false;
}

/** Metrics and notifications, which have calls of their own that may be made again. */
async function applyTrail({ clients, properties, physicalId }: ExistingRequest): Promise<void> {
  const AutoScalingGroupName = physicalId;
  const { autoscaling } = clients;
  for (const { Granularity, Metrics } of properties["MetricsCollection"] ?? [])
    await autoscaling.EnableMetricsCollection({
      AutoScalingGroupName,
      Granularity,
      ...(Metrics && { Metrics }),
    });
  const single = properties["NotificationConfiguration"];
  const several = properties["NotificationConfigurations"] ?? [];
  for (const { TopicARN, NotificationTypes = allNotifications } of single ? [single] : several)
    for (const topic of [TopicARN].flat() as string[])
      await autoscaling.PutNotificationConfiguration({
        AutoScalingGroupName,
        TopicARN: topic,
        NotificationTypes,
      });
}

const allNotifications = [
  "autoscaling:EC2_INSTANCE_LAUNCH",
  "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
  "autoscaling:EC2_INSTANCE_TERMINATE",
  "autoscaling:EC2_INSTANCE_TERMINATE_ERROR",
];

async function updateAttachments(request: UpdateRequest): Promise<void> {
  const { clients, properties, previous, physicalId: AutoScalingGroupName } = request;
  const before: string[] = previous["TargetGroupARNs"] ?? [];
  const next: string[] = properties["TargetGroupARNs"] ?? [];
  const added = next.filter((arn) => !before.includes(arn));
  const removed = before.filter((arn) => !next.includes(arn));
  const { autoscaling } = clients;
  if (added.length > 0)
    await autoscaling.AttachLoadBalancerTargetGroups({
      AutoScalingGroupName,
      TargetGroupARNs: added,
    });
  if (removed.length > 0)
    await autoscaling.DetachLoadBalancerTargetGroups({
      AutoScalingGroupName,
      TargetGroupARNs: removed,
    });
  const balancers = {
    before: (previous["LoadBalancerNames"] ?? []) as string[],
    next: (properties["LoadBalancerNames"] ?? []) as string[],
  };
  const joined = balancers.next.filter((name) => !balancers.before.includes(name));
  const left = balancers.before.filter((name) => !balancers.next.includes(name));
  if (joined.length > 0)
    await autoscaling.AttachLoadBalancers({ AutoScalingGroupName, LoadBalancerNames: joined });
  if (left.length > 0)
    await autoscaling.DetachLoadBalancers({ AutoScalingGroupName, LoadBalancerNames: left });
  if (!request.changed.includes("TrafficSources")) return;
  const key = (source: unknown) => JSON.stringify(source);
  const sources = {
    before: previous["TrafficSources"] ?? [],
    next: properties["TrafficSources"] ?? [],
  };
  const known = new Set(sources.before.map(key));
  const kept = new Set(sources.next.map(key));
  const attached = sources.next.filter((source: unknown) => !known.has(key(source)));
  const detached = sources.before.filter((source: unknown) => !kept.has(key(source)));
  if (attached.length > 0)
    await autoscaling.AttachTrafficSources({ AutoScalingGroupName, TrafficSources: attached });
  if (detached.length > 0)
    await autoscaling.DetachTrafficSources({ AutoScalingGroupName, TrafficSources: detached });
}

async function updateTags(request: UpdateRequest): Promise<void> {
  const { clients, previous, previousTags } = request;
  const next = groupTags(request, request.physicalId);
  const before = groupTags(
    { ...request, properties: previous, tags: previousTags },
    request.physicalId,
  );
  const gone = before.filter(({ Key }) => !next.some((tag) => tag.Key === Key));
  if (gone.length > 0) await clients.autoscaling.DeleteTags({ Tags: gone });
  if (next.length > 0) await clients.autoscaling.CreateOrUpdateTags({ Tags: next });
}

async function updateHooks(request: UpdateRequest): Promise<void> {
  const { clients, properties, previous, physicalId: AutoScalingGroupName } = request;
  const next = properties["LifecycleHookSpecificationList"] ?? [];
  const names: string[] = next.map((hook: { LifecycleHookName: string }) => hook.LifecycleHookName);
  for (const { LifecycleHookName } of previous["LifecycleHookSpecificationList"] ?? [])
    if (!names.includes(LifecycleHookName))
      await clients.autoscaling.DeleteLifecycleHook({ AutoScalingGroupName, LifecycleHookName });
  for (const hook of next)
    await clients.autoscaling.PutLifecycleHook({ AutoScalingGroupName, ...hook });
}
