import type { ScalingPolicy } from "@aws-sdk/client-auto-scaling";
import type { Operation } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import type { Scope } from "#store/collection.ts";
import { validationError } from "../errors.ts";
import { getGroup } from "../groups/capacity.ts";
import { page } from "../paging.ts";
import { policies, type PolicyRecord, type TargetTracking } from "../records.ts";
import { forecasts } from "../policies/predictive/records.ts";
import { describePredictive } from "../policies/predictive/configuration.ts";
import type { State } from "../state.ts";
import { alarmArnOf, alarmNames } from "./put-scaling-policy.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribePolicies.html */
export const describePolicies: Operation<"autoscaling", "DescribePolicies", State> = async (
  input,
  context,
) => {
  const { AutoScalingGroupName: group, PolicyNames, PolicyTypes } = input;
  const all = await context.store.transaction(async (tx) => {
    if (group !== undefined) await getGroup(tx, context, group);
    return policies.list(tx, context, group === undefined ? [] : [group]);
  });
  const wanted = all.filter(
    (policy) =>
      (!PolicyNames?.length ||
        PolicyNames.includes(policy.name) ||
        PolicyNames.includes(policy.arn)) &&
      (!PolicyTypes?.length || PolicyTypes.includes(policy.type)),
  );
  const { items, next } = page(wanted, input, (policy) => `${policy.group}/${policy.name}`);
  const alarms = await callingAlarms(context, items);
  return { ScalingPolicies: items.map((policy) => describe(policy, alarms(policy))), ...next };
};

/** Alarms that invoke a policy: its own, and those that users point at it. */
async function callingAlarms(
  context: Parameters<typeof describePolicies>[1],
  shown: readonly PolicyRecord[],
) {
  const found = new Map<string, { AlarmName: string; AlarmARN: string }[]>();
  const cloudwatch = context.clients.cloudwatch(asService(context, "autoscaling.amazonaws.com"));
  for (const { arn, type } of shown) {
    if (type === "TargetTrackingScaling" || type === "PredictiveScaling") continue;
    const { MetricAlarms = [] } = await cloudwatch.DescribeAlarms({ ActionPrefix: arn });
    found.set(
      arn,
      MetricAlarms.map(({ AlarmName, AlarmArn }) => ({
        AlarmName: AlarmName!,
        AlarmARN: AlarmArn!,
      })),
    );
  }
  return (policy: PolicyRecord) => found.get(policy.arn) ?? ownAlarms(context, policy);
}

function ownAlarms(scope: Scope, policy: PolicyRecord) {
  return alarmNames(policy).map((AlarmName) => ({
    AlarmName,
    AlarmARN: alarmArnOf(scope, AlarmName),
  }));
}

function describe(policy: PolicyRecord, alarms: ScalingPolicy["Alarms"]): ScalingPolicy {
  return {
    AutoScalingGroupName: policy.group,
    PolicyName: policy.name,
    PolicyARN: policy.arn,
    PolicyType: policy.type,
    ...(policy.adjustmentType !== undefined && { AdjustmentType: policy.adjustmentType }),
    ...(policy.minAdjustmentMagnitude !== undefined && {
      MinAdjustmentMagnitude: policy.minAdjustmentMagnitude,
    }),
    ...(policy.adjustment !== undefined && { ScalingAdjustment: policy.adjustment }),
    ...(policy.cooldownSeconds !== undefined && { Cooldown: policy.cooldownSeconds }),
    StepAdjustments: (policy.steps ?? []).map(({ lower, upper, adjustment }) => ({
      ...(lower !== undefined && { MetricIntervalLowerBound: lower }),
      ...(upper !== undefined && { MetricIntervalUpperBound: upper }),
      ScalingAdjustment: adjustment,
    })),
    ...(policy.aggregation !== undefined && { MetricAggregationType: policy.aggregation }),
    ...(policy.warmupSeconds !== undefined && { EstimatedInstanceWarmup: policy.warmupSeconds }),
    Alarms: alarms,
    ...(policy.targetTracking && {
      TargetTrackingConfiguration: describeTracking(policy.targetTracking),
    }),
    ...(policy.predictive && {
      PredictiveScalingConfiguration: describePredictive(policy.predictive),
    }),
    Enabled: policy.enabled,
  };
}

function describeTracking({
  predefined,
  customized,
  targetValue,
  disableScaleIn,
}: TargetTracking): ScalingPolicy["TargetTrackingConfiguration"] {
  return {
    ...(predefined && {
      PredefinedMetricSpecification: {
        PredefinedMetricType: predefined.type as "ASGAverageCPUUtilization",
        ...(predefined.label !== undefined && { ResourceLabel: predefined.label }),
      },
    }),
    ...(customized && {
      CustomizedMetricSpecification: customized.metrics
        ? {
            Dimensions: [],
            // "Do not specify anything for ReturnData. This sets it to its default (true)."
            Metrics: customized.metrics.map((query) => ({ ReturnData: true, ...query })),
          }
        : {
            Namespace: customized.namespace,
            MetricName: customized.metricName,
            Dimensions: customized.dimensions,
            Statistic: customized.statistic as "Average",
            ...(customized.unit !== undefined && { Unit: customized.unit }),
            ...(customized.periodSeconds !== undefined && { Period: customized.periodSeconds }),
          },
    }),
    TargetValue: targetValue,
    DisableScaleIn: disableScaleIn,
  };
}

/** The policy of a name or ARN; without a group, of whichever group has a policy of the name. */
export async function findPolicy(
  tx: Parameters<typeof policies.get>[0],
  scope: Scope,
  nameOrArn: string,
  group: string | undefined,
): Promise<PolicyRecord | undefined> {
  const arn = /:autoScalingGroupName\/(.+):policyName\/(.+)$/.exec(nameOrArn);
  const home = arn?.[1] ?? group;
  if (home === undefined)
    return (await policies.list(tx, scope)).find(({ name }) => name === nameOrArn);
  const found = await policies.get(tx, scope, home, arn?.[2] ?? nameOrArn);
  return arn && found?.arn !== nameOrArn ? undefined : found;
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeletePolicy.html */
export const deletePolicy: Operation<"autoscaling", "DeletePolicy", State> = async (
  input,
  context,
) => {
  const policy = await context.store.transaction(async (tx) => {
    const found = await findPolicy(tx, context, input.PolicyName!, input.AutoScalingGroupName);
    if (!found)
      throw validationError(`No scaling policy found with name or ARN: ${input.PolicyName}`);
    policies.delete(tx, context, found.group, found.name);
    forecasts.delete(tx, context, found.group, found.name);
    return found;
  });
  const names = alarmNames(policy);
  if (names.length > 0)
    await context.clients
      .cloudwatch(asService(context, "autoscaling.amazonaws.com"))
      .DeleteAlarms({ AlarmNames: names });
  return {};
};
