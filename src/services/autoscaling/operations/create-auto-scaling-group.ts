import type { Operation } from "#services/kit/service.ts";
import { causes } from "../causes.ts";
import { groupExists, limitExceeded, unsupported, validationError } from "../errors.ts";
import { checkTargetGroups } from "../groups/target-groups.ts";
import {
  checkBounds,
  checkCapacityType,
  commonSettings,
  launchSettings,
  placement,
  refuseUnsupported,
} from "../groups/settings.ts";
import { tagsFrom } from "../groups/tags.ts";
import { readHook } from "../groups/read-hook.ts";
import { defaultCooldownSeconds, defaultGraceSeconds, mostGroups } from "../limits.ts";
import { groups, hooks, type GroupRecord } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html */
export const createAutoScalingGroup: Operation<
  "autoscaling",
  "CreateAutoScalingGroup",
  State
> = async (input, context) => {
  const name = input.AutoScalingGroupName!;
  const minSize = input.MinSize!;
  const maxSize = input.MaxSize!;
  const desired = input.DesiredCapacity ?? minSize;
  checkBounds(minSize, maxSize, desired);
  refuseUnsupported(input);
  if (input.LoadBalancerNames?.length) throw unsupported("LoadBalancerNames");
  if (input.InstanceId !== undefined) throw unsupported("InstanceId");
  const source = await launchSettings(input, context);
  if (!source)
    throw validationError(
      "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
    );
  const place = await placement(input, context);
  if (!place) throw validationError("At least one Availability Zone or VPC Subnet is required.");
  const arns = await checkTargetGroups(context, [
    ...(input.TargetGroupARNs ?? []),
    ...targetGroupsOf(input.TrafficSources),
  ]);
  const nowMs = context.clock.now();
  const group: GroupRecord = {
    name,
    uuid: context.random.uuid(),
    minSize,
    maxSize,
    desired,
    causes: desired > 0 ? [causes.created(nowMs, desired)] : [],
    ...source,
    ...place,
    defaultCooldownSeconds,
    healthCheckType: ["EC2"],
    healthCheckGraceSeconds: defaultGraceSeconds,
    targetGroups: arns.map((arn) => ({ arn, state: "Adding" })),
    terminationPolicies: ["Default"],
    protectNew: false,
    tags: tagsFrom(input.Tags, name, context.principal),
    suspended: {},
    enabledMetrics: [],
    createdMs: nowMs,
    deleting: false,
    cooldownFromMs: Number.MIN_SAFE_INTEGER,
    ...commonSettings(input),
  };
  checkCapacityType(group);
  await context.store.transaction(async (tx) => {
    if (await groups.get(tx, context, name)) throw groupExists(name);
    if ((await groups.list(tx, context)).length >= mostGroups)
      throw limitExceeded(
        `You have already reached your limit for Auto Scaling groups: ${mostGroups}.`,
      );
    groups.put(tx, context, [name], group);
    for (const specification of input.LifecycleHookSpecificationList ?? []) {
      const hook = readHook(name, specification, undefined);
      hooks.put(tx, context, [name, hook.name], hook);
    }
  });
  return {};
};

function targetGroupsOf(
  sources: readonly { Identifier?: string | undefined; Type?: string | undefined }[] | undefined,
): string[] {
  return (sources ?? []).map(({ Identifier = "", Type = "elbv2" }) => {
    if (Type !== "elbv2") throw unsupported(`traffic source type ${Type}`);
    return Identifier;
  });
}
