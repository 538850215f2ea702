import type { Operation } from "#services/kit/service.ts";
import type { Input } from "#model/sdk.ts";
import { stepProblem } from "#services/kit/scaling/adjustment.ts";
import { alarmArn, policyArn } from "../arns.ts";
import { limitExceeded, validation } from "../errors.ts";
import { limits } from "../limits.ts";
import { alarmNames, nameAlarms, watchedMetric } from "../policies/alarms.ts";
import { deleteAlarms, syncAlarms } from "../policies/watch.ts";
import {
  policies,
  targetKey,
  type PolicyRecord,
  type Stepping,
  type TargetName,
  type Tracking,
} from "../records.ts";
import { resourceOf } from "../resources/lookup.ts";
import type { ScalingContext, ScalingState } from "../state.ts";
import { nameOf } from "../targets/name.ts";
import { getTarget } from "../targets/wish.ts";

type Request = Input<"applicationautoscaling", "PutScalingPolicy">;

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html */
export const putScalingPolicy: Operation<
  "applicationautoscaling",
  "PutScalingPolicy",
  ScalingState
> = async (input, context) => {
  const name = nameOf(input);
  const policyName = input.PolicyName!;
  const key = [...targetKey(name), policyName];
  const { policy, obsolete } = await context.store.transaction(async (tx) => {
    await getTarget(tx, context, name);
    const present = await policies.get(tx, context, ...key);
    const others = present ? [] : await policies.list(tx, context, targetKey(name));
    if (others.length >= limits.policiesPerTarget)
      throw limitExceeded(
        `A scalable target can have at most ${limits.policiesPerTarget} scaling policies.`,
      );
    const kind = configurationOf(input, name, present, context);
    const made: PolicyRecord = {
      ...name,
      name: policyName,
      arn: present?.arn ?? policyArn(context, context.random.uuid(), name, policyName),
      createdMs: present?.createdMs ?? context.clock.now(),
      ...kind,
    };
    policies.put(tx, context, key, made);
    const kept = alarmNames(made);
    const old = present ? alarmNames(present) : [];
    return { policy: made, obsolete: old.filter((alarm) => !kept.includes(alarm)) };
  });
  await deleteAlarms(context, context, obsolete);
  if (policy.tracking) {
    const resource = resourceOf(name);
    const where = { env: context, http: context.state.http, scope: context };
    const { capacity } = await resource.read(where, name);
    await syncAlarms(context, context, [policy], capacity);
  }
  return {
    PolicyARN: policy.arn,
    Alarms: alarmNames(policy).map((AlarmName) => ({
      AlarmName,
      AlarmARN: alarmArn(context, AlarmName),
    })),
  };
};

function configurationOf(
  input: Request,
  name: TargetName,
  present: PolicyRecord | undefined,
  context: ScalingContext,
): Pick<PolicyRecord, "tracking" | "stepping"> {
  const before = present?.tracking ? "TargetTrackingScaling" : present && "StepScaling";
  const type = input.PolicyType ?? before ?? "StepScaling";
  if (before !== undefined && type !== before)
    throw validation(`The policy type of ${input.PolicyName} cannot be changed`);
  switch (type) {
    case "TargetTrackingScaling":
      return { tracking: trackingOf(input, name, present?.tracking, context) };
    case "StepScaling":
      return { stepping: steppingOf(input) };
    // "Predictive scaling is for ECS services", of which there are none here.
    default:
      throw validation(`Predictive scaling is not supported for ${name.dimension}`);
  }
}

function trackingOf(
  input: Request,
  name: TargetName,
  present: Tracking | undefined,
  context: ScalingContext,
): Tracking {
  const given = input.TargetTrackingScalingPolicyConfiguration;
  if (!given || input.StepScalingPolicyConfiguration)
    throw validation(
      "A policy of type TargetTrackingScaling needs TargetTrackingScalingPolicyConfiguration and nothing else",
    );
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: customized } =
    given;
  if (!predefined === !customized)
    throw validation(
      "Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified",
    );
  const made = {
    targetValue: given.TargetValue!,
    ...(predefined && {
      predefined: {
        type: predefined.PredefinedMetricType!,
        ...(predefined.ResourceLabel !== undefined && { label: predefined.ResourceLabel }),
      },
    }),
    ...(customized && { customized: withPeriods(customized) }),
    ...(given.ScaleOutCooldown !== undefined && {
      scaleOutCooldownSeconds: given.ScaleOutCooldown,
    }),
    ...(given.ScaleInCooldown !== undefined && { scaleInCooldownSeconds: given.ScaleInCooldown }),
    disableScaleIn: given.DisableScaleIn ?? false,
    createdBy: present?.createdBy ?? context.random.uuid(),
  };
  if (!(made.targetValue > 0)) throw validation("TargetValue must be greater than 0");
  // "Target utilization for DynamoDB is between 20 and 90 percent."
  const percent = predefined?.PredefinedMetricType?.startsWith("DynamoDB");
  if (percent && (made.targetValue < 20 || made.targetValue > 90))
    throw validation("Target value must be between 20 and 90 for DynamoDB capacity utilization");
  const tracking = {
    ...made,
    alarms: nameAlarms(name, made, present?.alarms, () => context.random.uuid()),
  };
  watchedMetric(name, tracking);
  return tracking;
}

type Customized = NonNullable<
  NonNullable<Request["TargetTrackingScalingPolicyConfiguration"]>["CustomizedMetricSpecification"]
>;

/** Metrics of alarms need a period, which specifications leave out: a minute. */
function withPeriods(customized: Customized): Record<string, unknown> {
  if (!customized.Metrics?.length) return { ...customized };
  return {
    ...customized,
    Metrics: customized.Metrics.map(({ MetricStat: stat, ...query }) => ({
      ...query,
      ...(stat && { MetricStat: { Period: 60, ...stat } }),
    })),
  };
}

function steppingOf(input: Request): Stepping {
  const given = input.StepScalingPolicyConfiguration;
  if (!given || input.TargetTrackingScalingPolicyConfiguration)
    throw validation(
      "A policy of type StepScaling needs StepScalingPolicyConfiguration and nothing else",
    );
  const { AdjustmentType: type, StepAdjustments = [] } = given;
  if (type === undefined || StepAdjustments.length === 0)
    throw validation("AdjustmentType and StepAdjustments are required for step scaling policies");
  if (StepAdjustments.length > limits.stepsPerPolicy)
    throw limitExceeded(`A policy can have at most ${limits.stepsPerPolicy} step adjustments.`);
  const magnitude = given.MinAdjustmentMagnitude;
  if (magnitude !== undefined && type !== "PercentChangeInCapacity")
    throw validation(
      "MinAdjustmentMagnitude is only supported for the PercentChangeInCapacity adjustment type",
    );
  const steps = StepAdjustments.map((step) => ({
    ...(step.MetricIntervalLowerBound !== undefined && { lower: step.MetricIntervalLowerBound }),
    ...(step.MetricIntervalUpperBound !== undefined && { upper: step.MetricIntervalUpperBound }),
    adjustment: step.ScalingAdjustment!,
  }));
  const problem = stepProblem(steps);
  if (problem) throw validation(problem);
  return {
    adjustmentType: type,
    steps,
    ...(magnitude !== undefined && { minMagnitude: magnitude }),
    ...(given.Cooldown !== undefined && { cooldownSeconds: given.Cooldown }),
    aggregation: given.MetricAggregationType ?? "Average",
  };
}
