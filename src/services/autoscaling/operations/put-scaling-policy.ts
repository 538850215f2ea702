import type { Context, Operation } from "#services/kit/service.ts";
import type { Input } from "#model/sdk.ts";
import { asService } from "#services/kit/principal.ts";
import { policyArn } from "../arns.ts";
import { unsupported, validationError } from "../errors.ts";
import { getGroup } from "../groups/capacity.ts";
import { policies, type PolicyRecord, type TargetTracking } from "../records.ts";
import { stepProblem, type AdjustmentType } from "#services/kit/scaling/adjustment.ts";
import { readPredictive } from "../policies/predictive/configuration.ts";
import { alarmsOf, watchedMetric } from "../policies/target-metric.ts";
import type { State } from "../state.ts";

type Request = Input<"autoscaling", "PutScalingPolicy">;

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html */
export const putScalingPolicy: Operation<"autoscaling", "PutScalingPolicy", State> = async (
  input,
  context,
) => {
  const group = input.AutoScalingGroupName!;
  const name = input.PolicyName!;
  const type = input.PolicyType ?? "SimpleScaling";
  if (
    !["SimpleScaling", "StepScaling", "TargetTrackingScaling", "PredictiveScaling"].includes(type)
  )
    throw validationError(`Invalid PolicyType: ${type}`);
  const { record, obsolete } = await context.store.transaction(async (tx) => {
    await getGroup(tx, context, group);
    const present = await policies.get(tx, context, group, name);
    const kept = present?.type === type ? present : undefined;
    const arn = kept?.arn ?? policyArn(context, context.random.uuid(), group, name);
    const base = { group, name, arn, enabled: input.Enabled ?? true };
    const made: PolicyRecord =
      type === "TargetTrackingScaling"
        ? { ...base, type, ...tracking(input, group, kept, context) }
        : type === "PredictiveScaling"
          ? { ...base, type, predictive: readPredictive(input.PredictiveScalingConfiguration) }
          : { ...base, ...adjusting(input, type as "SimpleScaling" | "StepScaling") };
    policies.put(tx, context, [group, name], made);
    const wanted = alarmNames(made);
    return { record: made, obsolete: alarmNames(present).filter((one) => !wanted.includes(one)) };
  });
  const cloudwatch = context.clients.cloudwatch(
    asService(context, "autoscaling.amazonaws.com", record.arn),
  );
  if (obsolete.length > 0) await cloudwatch.DeleteAlarms({ AlarmNames: obsolete });
  const alarms = record.type === "TargetTrackingScaling" ? alarmsOf(record) : [];
  for (const alarm of alarms) await cloudwatch.PutMetricAlarm(alarm);
  return {
    PolicyARN: record.arn,
    Alarms: alarms.map(({ AlarmName }) => ({
      AlarmName,
      AlarmARN: alarmArnOf(context, AlarmName!),
    })),
  };
};

export function alarmNames(policy: PolicyRecord | undefined): string[] {
  const { alarmHigh, alarmLow } = policy?.targetTracking ?? {};
  return [alarmHigh, alarmLow].filter((name) => name !== undefined);
}

export function alarmArnOf(scope: { account: string; region: string }, name: string): string {
  return `arn:aws:cloudwatch:${scope.region}:${scope.account}:alarm:${name}`;
}

function tracking(
  input: Request,
  group: string,
  kept: PolicyRecord | undefined,
  context: Context<State>,
): Pick<PolicyRecord, "targetTracking" | "warmupSeconds"> {
  const configuration = input.TargetTrackingConfiguration;
  if (!configuration)
    throw validationError("TargetTrackingConfiguration is required for TargetTrackingScaling");
  if (input.AdjustmentType !== undefined || input.StepAdjustments?.length)
    throw validationError(
      "AdjustmentType and StepAdjustments cannot be used with TargetTrackingScaling",
    );
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: customized } =
    configuration;
  if (!predefined === !customized)
    throw validationError(
      "Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified",
    );
  const disableScaleIn = configuration.DisableScaleIn ?? false;
  const old = kept?.targetTracking;
  const name = (kind: string) => `TargetTracking-${group}-Alarm${kind}-${context.random.uuid()}`;
  const made: TargetTracking = {
    targetValue: configuration.TargetValue!,
    disableScaleIn,
    ...(predefined && {
      predefined: {
        type: predefined.PredefinedMetricType!,
        ...(predefined.ResourceLabel !== undefined && { label: predefined.ResourceLabel }),
      },
    }),
    ...(customized && { customized: customMetric(customized) }),
    alarmHigh: old?.alarmHigh ?? name("High"),
    ...(!disableScaleIn && { alarmLow: old?.alarmLow ?? name("Low") }),
  };
  if (!(made.targetValue > 0)) throw validationError("TargetValue must be greater than 0");
  watchedMetric(group, made);
  return {
    targetTracking: made,
    ...(input.EstimatedInstanceWarmup !== undefined && {
      warmupSeconds: input.EstimatedInstanceWarmup,
    }),
  };
}

type Customized = NonNullable<
  NonNullable<Request["TargetTrackingConfiguration"]>["CustomizedMetricSpecification"]
>;

function customMetric(input: Customized): NonNullable<TargetTracking["customized"]> {
  if (input.Metrics?.length) return { metrics: input.Metrics };
  return {
    ...(input.Namespace !== undefined && { namespace: input.Namespace }),
    ...(input.MetricName !== undefined && { metricName: input.MetricName }),
    dimensions: (input.Dimensions ?? []).map(({ Name = "", Value = "" }) => ({ Name, Value })),
    ...(input.Statistic !== undefined && { statistic: input.Statistic }),
    ...(input.Unit !== undefined && { unit: input.Unit }),
    ...(input.Period !== undefined && { periodSeconds: input.Period }),
  };
}

function adjusting(
  input: Request,
  type: "SimpleScaling" | "StepScaling",
): Omit<PolicyRecord, "group" | "name" | "arn" | "enabled"> {
  if (input.TargetTrackingConfiguration)
    throw validationError(`TargetTrackingConfiguration cannot be used with ${type}`);
  const { AdjustmentType: adjustmentType } = input;
  if (adjustmentType === undefined)
    throw validationError(`AdjustmentType is required for policy type ${type}`);
  if (!["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"].includes(adjustmentType))
    throw validationError(`Invalid AdjustmentType: ${adjustmentType}`);
  const magnitude = input.MinAdjustmentMagnitude ?? input.MinAdjustmentStep;
  if (magnitude !== undefined && adjustmentType !== "PercentChangeInCapacity")
    throw validationError(
      "MinAdjustmentMagnitude is only supported for the PercentChangeInCapacity adjustment type",
    );
  const shared = {
    type,
    adjustmentType: adjustmentType as AdjustmentType,
    ...(magnitude !== undefined && { minAdjustmentMagnitude: magnitude }),
  };
  if (type === "SimpleScaling") {
    if (input.ScalingAdjustment === undefined)
      throw validationError("ScalingAdjustment is required for policy type SimpleScaling");
    if (input.StepAdjustments?.length)
      throw validationError("StepAdjustments cannot be used with SimpleScaling");
    return {
      ...shared,
      adjustment: input.ScalingAdjustment,
      ...(input.Cooldown !== undefined && { cooldownSeconds: input.Cooldown }),
    };
  }
  if (input.ScalingAdjustment !== undefined || input.Cooldown !== undefined)
    throw validationError("ScalingAdjustment and Cooldown cannot be used with StepScaling");
  if (!input.StepAdjustments?.length)
    throw validationError("StepAdjustments are required for policy type StepScaling");
  const steps = input.StepAdjustments.map((step) => ({
    ...(step.MetricIntervalLowerBound !== undefined && { lower: step.MetricIntervalLowerBound }),
    ...(step.MetricIntervalUpperBound !== undefined && { upper: step.MetricIntervalUpperBound }),
    adjustment: step.ScalingAdjustment!,
  }));
  const problem = stepProblem(steps);
  if (problem) throw validationError(problem);
  const aggregation = input.MetricAggregationType ?? "Average";
  if (!["Average", "Minimum", "Maximum"].includes(aggregation))
    throw unsupported(`MetricAggregationType ${aggregation}`);
  return {
    ...shared,
    steps,
    aggregation: aggregation as "Average",
    ...(input.EstimatedInstanceWarmup !== undefined && {
      warmupSeconds: input.EstimatedInstanceWarmup,
    }),
  };
}
