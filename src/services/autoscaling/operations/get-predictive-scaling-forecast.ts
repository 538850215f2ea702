import type { Operation } from "#services/kit/service.ts";
import { dateOf } from "#runtime/date.ts";
import { validationError } from "../errors.ts";
import { getGroup } from "../groups/capacity.ts";
import { forecasts } from "../policies/predictive/records.ts";
import type { State } from "../state.ts";
import { findPolicy } from "./policies.ts";

const longestRangeMs = 30 * 86_400_000;

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_GetPredictiveScalingForecast.html */
export const getPredictiveScalingForecast: Operation<
  "autoscaling",
  "GetPredictiveScalingForecast",
  State
> = async (input, context) => {
  const [startMs, endMs] = [input.StartTime!.getTime(), input.EndTime!.getTime()];
  if (endMs <= startMs) throw validationError("EndTime must be after StartTime");
  if (endMs - startMs > longestRangeMs)
    throw validationError("The time range between StartTime and EndTime cannot exceed 30 days");
  const group = input.AutoScalingGroupName!;
  const { policy, forecast } = await context.store.transaction(async (tx) => {
    await getGroup(tx, context, group);
    const found = await findPolicy(tx, context, input.PolicyName!, group);
    if (!found?.predictive)
      throw validationError(`No predictive scaling policy found with name: ${input.PolicyName}`);
    return { policy: found, forecast: await forecasts.get(tx, context, group, found.name) };
  });
  if (forecast?.updatedMs === undefined)
    throw validationError(
      "There is no forecast yet: at least 24 hours of metric data are needed to make one.",
    );
  const hours = forecast.hours.filter(({ ms }) => ms >= startMs && ms < endMs);
  const Timestamps = hours.map(({ ms }) => dateOf(ms));
  return {
    LoadForecast: [
      {
        Timestamps,
        Values: hours.map(({ load }) => load),
        MetricSpecification: policy.predictive!.specification,
      },
    ],
    CapacityForecast: { Timestamps, Values: hours.map(({ capacity }) => capacity) },
    UpdateTime: dateOf(forecast.updatedMs),
  };
};
