import type { Operation } from "#services/kit/service.ts";
import { causes } from "../causes.ts";
import { groupExists, limitExceeded, validationError } from "../errors.ts";
import { checkLoadBalancers, checkTargetGroups, sourcesOf } from "../groups/target-groups.ts";
import {
  checkBounds,
  checkCapacityType,
  checkPlacementGroup,
  commonSettings,
  launchSettings,
  placement,
  refuseUnsupported,
} from "../groups/settings.ts";
import { modelInstance, putConfiguration } from "../launch/model-instance.ts";
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
  await checkPlacementGroup(input, context);
  const model = await modelInstance(input, context);
  const source = model ? { launchConfigurationName: name } : await launchSettings(input, context);
  if (!source)
    throw validationError(
      "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
    );
  const place = await placement(model ? { ...model.place, ...input } : input, context);
  if (!place) throw validationError("At least one Availability Zone or VPC Subnet is required.");
  const { targetGroups, loadBalancers } = sourcesOf(input.TrafficSources);
  const arns = [
    ...(await checkTargetGroups(context, [...(input.TargetGroupARNs ?? []), ...targetGroups])),
    ...(await checkLoadBalancers(context, [...(input.LoadBalancerNames ?? []), ...loadBalancers])),
  ];
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
    if (model) await putConfiguration(tx, context, name, model.configuration);
    groups.put(tx, context, [name], group);
    for (const specification of input.LifecycleHookSpecificationList ?? []) {
      const hook = readHook(name, specification, undefined);
      hooks.put(tx, context, [name, hook.name], hook);
    }
  });
  return {};
};
