/** Replaces a group's instances in batches after its launch settings changed, one step a call. */
import type { AutoScalingGroup } from "@aws-sdk/client-auto-scaling";
import { ResourceFailure, type Stabilization, type StabilizeRequest } from "../resource-type.ts";
import { describeGroup } from "./group-input.ts";
import {
  nextRollingStep,
  readRollingPolicy,
  type RollingPolicy,
  type RollingProgress,
} from "./rolling-plan.ts";

const launchProperties = ["LaunchConfigurationName", "LaunchTemplate", "MixedInstancesPolicy"];

/** Ready at once where the update policy asks for no rolling update or nothing became obsolete. */
export async function rollingUpdate(request: StabilizeRequest): Promise<Stabilization> {
  const policy = readRollingPolicy(request.updatePolicy);
  const concerned = [...launchProperties, "VPCZoneIdentifier"];
  if (!policy || !request.changed.some((name) => concerned.includes(name))) return { ready: true };
  const group = await describeGroup(request, request.physicalId);
  if (!group) throw new ResourceFailure(`AutoScalingGroup ${request.physicalId} is gone`);
  const progress = request.progress as RollingProgress | undefined;
  return progress ? step(request, policy, group, progress) : begin(request, policy, group);
}

async function begin(
  request: StabilizeRequest,
  policy: RollingPolicy,
  group: AutoScalingGroup,
): Promise<Stabilization> {
  const { clients, physicalId: AutoScalingGroupName } = request;
  const old = (group.Instances ?? []).map(({ InstanceId = "" }) => InstanceId);
  const obsolete = launchProperties.some((name) => request.changed.includes(name))
    ? old
    : await outside(request, group, old);
  if (obsolete.length === 0) return { ready: true };
  if (policy.suspendProcesses.length > 0)
    await clients.autoscaling.SuspendProcesses({
      AutoScalingGroupName,
      ScalingProcesses: policy.suspendProcesses,
    });
  const progress: RollingProgress = {
    obsolete,
    total: obsolete.length,
    old,
    ending: [],
    accepted: [],
    failed: 0,
    desired: group.DesiredCapacity ?? 0,
    maxSize: group.MaxSize ?? 0,
    steppedMs: request.now,
  };
  const signals = policy.waitOnSignals
    ? ` Waiting on resource signals with a timeout of ${String(request.updatePolicy?.["AutoScalingRollingUpdate"]?.PauseTime ?? "PT5M")} when new instances are added to the autoscaling group.`
    : "";
  return {
    ready: false,
    progress: { ...progress },
    afterMs: 1000,
    messages: [
      `Rolling update initiated. Terminating ${obsolete.length} obsolete instance(s) in batches of ${policy.maxBatchSize}, while keeping at least ${policy.minInService} instance(s) in service.${signals}`,
    ],
  };
}

/** Instances in subnets that the group does not use any more. */
async function outside(
  { clients, properties }: StabilizeRequest,
  _group: AutoScalingGroup,
  ids: string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const subnets: string[] = properties["VPCZoneIdentifier"] ?? [];
  const { Reservations = [] } = await clients.ec2.DescribeInstances({ InstanceIds: ids });
  return Reservations.flatMap(({ Instances = [] }) => Instances)
    .filter(({ SubnetId = "" }) => !subnets.includes(SubnetId))
    .map(({ InstanceId = "" }) => InstanceId);
}

async function step(
  request: StabilizeRequest,
  policy: RollingPolicy,
  group: AutoScalingGroup,
  progress: RollingProgress,
): Promise<Stabilization> {
  const { clients, physicalId: AutoScalingGroupName, now } = request;
  const { autoscaling } = clients;
  const members = (group.Instances ?? [])
    .filter(({ LifecycleState = "" }) => !LifecycleState.startsWith("Terminating"))
    .map(({ InstanceId = "", LifecycleState }) => ({
      id: InstanceId,
      inService: LifecycleState === "InService",
    }));
  const desired = group.DesiredCapacity ?? 0;
  const present = (group.Instances ?? []).map(({ InstanceId = "" }) => InstanceId);
  if (progress.ending.some((id) => present.includes(id))) return { ready: false, afterMs: 2000 };
  if (progress.ending.length > 0) {
    const gone = progress.total - progress.obsolete.length;
    return {
      ready: false,
      afterMs: 1000,
      progress: { ...progress, ending: [] },
      messages: [
        `Successfully terminated instance(s) [${progress.ending.join(",")}] (Progress ${Math.round((gone / progress.total) * 100)}%).`,
      ],
    };
  }
  const signals = await request.signals();
  const next = nextRollingStep({ policy, progress, members, desired, signals, now });
  switch (next.do) {
    case "wait": {
      const full = members.length >= desired;
      const begun = full && (policy.waitOnSignals || members.every(({ inService }) => inService));
      const waiting =
        progress.batchMs === undefined && begun ? { ...progress, batchMs: now } : progress;
      return { ready: false, progress: { ...waiting }, afterMs: 2000 };
    }
    case "fail":
      await resume(request, policy);
      throw new ResourceFailure(next.reason);
    case "grow":
      await autoscaling.SetDesiredCapacity({
        AutoScalingGroupName,
        DesiredCapacity: next.desired,
        HonorCooldown: false,
      });
      return { ready: false, afterMs: 1000, progress: { ...progress, steppedMs: now } };
    case "accept": {
      const { batchMs: _over, ...rest } = progress;
      return {
        ready: false,
        messages: next.messages,
        afterMs: 1000,
        progress: {
          ...rest,
          accepted: [...progress.accepted, ...next.ids],
          failed: progress.failed + next.failed,
        },
      };
    }
    case "terminate": {
      for (const InstanceId of next.ids)
        await autoscaling.TerminateInstanceInAutoScalingGroup({
          InstanceId,
          ShouldDecrementDesiredCapacity: next.shrink,
        });
      const { batchMs: _over, ...rest } = progress;
      const obsolete = progress.obsolete.filter((id) => !next.ids.includes(id));
      return {
        ready: false,
        afterMs: 2000,
        progress: { ...rest, obsolete, ending: next.ids, steppedMs: now },
        messages: [next.message],
      };
    }
    case "finish":
      if (desired > progress.desired)
        await autoscaling.SetDesiredCapacity({
          AutoScalingGroupName,
          DesiredCapacity: progress.desired,
          HonorCooldown: false,
        });
      await resume(request, policy);
      return { ready: true };
  }
}

async function resume(
  { clients, physicalId }: StabilizeRequest,
  { suspendProcesses }: RollingPolicy,
): Promise<void> {
  if (suspendProcesses.length > 0)
    await clients.autoscaling.ResumeProcesses({
      AutoScalingGroupName: physicalId,
      ScalingProcesses: suspendProcesses,
    });
}
