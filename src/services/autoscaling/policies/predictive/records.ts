/** What Auto Scaling keeps of predictive scaling. */
import type { PredictiveScalingMetricSpecification } from "@aws-sdk/client-auto-scaling";
import { collection } from "#store/collection.ts";

export interface PredictiveRecord {
  mode: "ForecastOnly" | "ForecastAndScale";
  /** So long before the hour its capacity is launched. */
  bufferSeconds: number;
  breach: "HonorMaxCapacity" | "IncreaseMaxCapacity";
  /** What the maximum may be above the forecast. */
  maxBufferPercent?: number;
  /** As given, in AWS's spelling. */
  specification: PredictiveScalingMetricSpecification;
}

export interface ForecastHour {
  ms: number;
  load: number;
  capacity: number;
}

/** Key: group name, policy name. */
export interface ForecastRecord {
  group: string;
  policy: string;
  /** Undefined while there is no forecast for want of data. */
  updatedMs?: number;
  /** When the metrics are read again. */
  dueMs: number;
  /** What the policy said when it was made; another specification asks for another forecast. */
  specification: string;
  /** In order of time; hours that have passed are kept for a month. */
  hours: ForecastHour[];
}
export const forecasts = collection<ForecastRecord>("autoscaling", "forecast");
