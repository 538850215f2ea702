/** How CloudWatch rounds the start of a range. */
import { fiveMinuteTier, minuteTier } from "../limits.ts";

/**
 * To the minute, to five minutes beyond 15 days, to the hour beyond 63 days; to the period's own
 * steps below a minute. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
 */
export function roundedStart(startMs: number, periodMs: number, nowMs: number): number {
  const ageMs = nowMs - startMs;
  let stepMs = periodMs < 60_000 ? periodMs : 60_000;
  if (ageMs > fiveMinuteTier.retentionMs) stepMs = 3_600_000;
  else if (ageMs > minuteTier.retentionMs) stepMs = 300_000;
  return startMs - (startMs % stepMs);
}
