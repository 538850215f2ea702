import type { CloudWatchAlarmConfiguration, HealthCheck } from "@aws-sdk/client-route-53";
import type { HealthCheckRecord } from "../records.ts";

export function showHealthCheck(
  check: HealthCheckRecord,
  alarm: CloudWatchAlarmConfiguration | undefined,
): HealthCheck {
  return {
    Id: check.id,
    CallerReference: check.callerReference,
    HealthCheckConfig: check.config,
    HealthCheckVersion: check.version,
    ...(alarm && { CloudWatchAlarmConfiguration: alarm }),
    ...(check.linkedService && { LinkedService: check.linkedService }),
  };
}
