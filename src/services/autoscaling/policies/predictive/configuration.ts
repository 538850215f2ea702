/** What a predictive scaling policy says. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PredictiveScalingConfiguration.html */
import type { Input } from "#model/sdk.ts";
import { validationError } from "../../errors.ts";
import type { PredictiveRecord } from "./records.ts";

type Configuration = NonNullable<
  Input<"autoscaling", "PutScalingPolicy">["PredictiveScalingConfiguration"]
>;

const defaultBufferSeconds = 300;
const longestBufferSeconds = 3600;

/** Throws ValidationError. */
export function readPredictive(given: Configuration | undefined): PredictiveRecord {
  if (!given) throw validationError("PredictiveScalingConfiguration is required");
  const [specification, ...more] = given.MetricSpecifications ?? [];
  if (!specification || more.length > 0)
    throw validationError(
      "Exactly one metric specification must be provided in a predictive scaling policy",
    );
  checkMetrics(specification);
  const breach = given.MaxCapacityBreachBehavior ?? "HonorMaxCapacity";
  const buffer = given.MaxCapacityBuffer;
  if ((breach === "IncreaseMaxCapacity") !== (buffer !== undefined))
    throw validationError(
      "MaxCapacityBuffer is required if MaxCapacityBreachBehavior is IncreaseMaxCapacity, and cannot be used otherwise",
    );
  const bufferSeconds = given.SchedulingBufferTime ?? defaultBufferSeconds;
  if (bufferSeconds < 0 || bufferSeconds > longestBufferSeconds)
    throw validationError("SchedulingBufferTime must be between 0 and 3600 seconds");
  if (!(specification.TargetValue! > 0))
    throw validationError("TargetValue must be greater than 0");
  return {
    mode: given.Mode ?? "ForecastOnly",
    bufferSeconds,
    breach,
    ...(buffer !== undefined && { maxBufferPercent: buffer }),
    specification,
  };
}

/** A pair, or a scaling and a load metric; a capacity metric only with one of the user's own. */
function checkMetrics(specification: PredictiveRecord["specification"]): void {
  const {
    PredefinedMetricPairSpecification: pair,
    PredefinedScalingMetricSpecification: scaling,
    PredefinedLoadMetricSpecification: load,
    CustomizedScalingMetricSpecification: ownScaling,
    CustomizedLoadMetricSpecification: ownLoad,
    CustomizedCapacityMetricSpecification: ownCapacity,
  } = specification;
  const scalings = [scaling, ownScaling].filter(Boolean).length;
  const loads = [load, ownLoad].filter(Boolean).length;
  const sound = pair ? scalings + loads === 0 : scalings === 1 && loads === 1;
  if (!sound)
    throw validationError(
      "A metric specification must have either a predefined metric pair, or one scaling metric and one load metric",
    );
  if (ownCapacity && !ownScaling)
    throw validationError(
      "CustomizedCapacityMetricSpecification can only be used with CustomizedScalingMetricSpecification",
    );
  for (const label of [pair, scaling, load])
    if (label?.PredefinedMetricType?.startsWith("ALB") && !label.ResourceLabel)
      throw validationError(`ResourceLabel is required for ${label.PredefinedMetricType}`);
}

export function describePredictive(record: PredictiveRecord): Configuration {
  return {
    MetricSpecifications: [record.specification],
    Mode: record.mode,
    SchedulingBufferTime: record.bufferSeconds,
    MaxCapacityBreachBehavior: record.breach,
    ...(record.maxBufferPercent !== undefined && { MaxCapacityBuffer: record.maxBufferPercent }),
  };
}
