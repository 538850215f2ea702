import type { Operation } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import { paginate } from "#services/kit/pagination.ts";
import { dateOf } from "#runtime/date.ts";
import { alarmArn } from "../arns.ts";
import { invalidToken, policyNotFound } from "../errors.ts";
import { limits } from "../limits.ts";
import { alarmNames } from "../policies/alarms.ts";
import { deleteAlarms } from "../policies/watch.ts";
import { policies, targetKey, type PolicyRecord } from "../records.ts";
import type { ScalingContext, ScalingState } from "../state.ts";
import { awsName, nameOf, prefixOf } from "../targets/name.ts";

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingPolicies.html */
export const describeScalingPolicies: Operation<
  "applicationautoscaling",
  "DescribeScalingPolicies",
  ScalingState
> = async (input, context) => {
  const { PolicyNames: names = [], ScalableDimension: dimension } = input;
  const all = await context.store.transaction((tx) => policies.list(tx, context, prefixOf(input)));
  const wanted = all.filter(
    (policy) =>
      (names.length === 0 || names.includes(policy.name)) &&
      (dimension === undefined || policy.dimension === dimension),
  );
  const page = paginate(wanted, {
    limit: input.MaxResults ?? limits.listPage,
    token: input.NextToken,
    keyOf: (policy) => [...targetKey(policy), policy.name].join("\0"),
    invalidToken,
  });
  const ScalingPolicies = [];
  for (const policy of page.items) ScalingPolicies.push(await describe(policy, context));
  return { ScalingPolicies, NextToken: page.nextToken };
};

async function describe(policy: PolicyRecord, context: ScalingContext) {
  const { tracking, stepping } = policy;
  return {
    ...awsName(policy),
    PolicyARN: policy.arn,
    PolicyName: policy.name,
    PolicyType: tracking ? ("TargetTrackingScaling" as const) : ("StepScaling" as const),
    ...(tracking && {
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: tracking.targetValue,
        ...(tracking.predefined && {
          PredefinedMetricSpecification: {
            PredefinedMetricType: tracking.predefined.type as "DynamoDBReadCapacityUtilization",
            ...(tracking.predefined.label !== undefined && {
              ResourceLabel: tracking.predefined.label,
            }),
          },
        }),
        ...(tracking.customized && { CustomizedMetricSpecification: tracking.customized }),
        ...(tracking.scaleOutCooldownSeconds !== undefined && {
          ScaleOutCooldown: tracking.scaleOutCooldownSeconds,
        }),
        ...(tracking.scaleInCooldownSeconds !== undefined && {
          ScaleInCooldown: tracking.scaleInCooldownSeconds,
        }),
        ...(tracking.disableScaleIn && { DisableScaleIn: true }),
      },
    }),
    ...(stepping && {
      StepScalingPolicyConfiguration: {
        AdjustmentType: stepping.adjustmentType,
        StepAdjustments: stepping.steps.map(({ lower, upper, adjustment }) => ({
          ...(lower !== undefined && { MetricIntervalLowerBound: lower }),
          ...(upper !== undefined && { MetricIntervalUpperBound: upper }),
          ScalingAdjustment: adjustment,
        })),
        ...(stepping.minMagnitude !== undefined && {
          MinAdjustmentMagnitude: stepping.minMagnitude,
        }),
        ...(stepping.cooldownSeconds !== undefined && { Cooldown: stepping.cooldownSeconds }),
        MetricAggregationType: stepping.aggregation as "Average",
      },
    }),
    Alarms: await callingAlarms(policy, context),
    CreationTime: dateOf(policy.createdMs),
  };
}

/** A policy's own alarms, or those that users point at it. */
async function callingAlarms(policy: PolicyRecord, context: ScalingContext) {
  if (policy.tracking)
    return alarmNames(policy).map((AlarmName) => ({
      AlarmName,
      AlarmARN: alarmArn(context, AlarmName),
    }));
  const { MetricAlarms = [] } = await context.clients
    .cloudwatch(asService(context, "application-autoscaling.amazonaws.com"))
    .DescribeAlarms({ ActionPrefix: policy.arn });
  return MetricAlarms.map(({ AlarmName, AlarmArn }) => ({ AlarmName, AlarmARN: AlarmArn }));
}

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeleteScalingPolicy.html */
export const deleteScalingPolicy: Operation<
  "applicationautoscaling",
  "DeleteScalingPolicy",
  ScalingState
> = async (input, context) => {
  const name = nameOf(input);
  const key = [...targetKey(name), input.PolicyName!];
  const policy = await context.store.transaction(async (tx) => {
    const found = await policies.get(tx, context, ...key);
    if (!found) throw policyNotFound(name, input.PolicyName!);
    policies.delete(tx, context, ...key);
    return found;
  });
  await deleteAlarms(context, context, alarmNames(policy));
  return {};
};

/**
 * Only policies of ECS services can be predictive, and there are none.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_GetPredictiveScalingForecast.html
 */
export const getPredictiveScalingForecast: Operation<
  "applicationautoscaling",
  "GetPredictiveScalingForecast",
  ScalingState
> = async (input) => {
  throw policyNotFound(nameOf(input), input.PolicyName!);
};
