import { isoMillis } from "#runtime/date.ts";
import type { HealthCheckResult } from "#traffic/application/config.ts";
import { fullName } from "../arns.ts";
import type { LoadBalancerRecord, TargetGroupRecord, TargetRecord } from "../records.ts";

export interface LoggedCheck {
  balancer: LoadBalancerRecord;
  group: TargetGroupRecord;
  target: TargetRecord;
  /** That was checked. */
  port: number;
  /** Cloud time. */
  startedMs: number;
  /** Wall time. */
  latencyMs: number;
  result: HealthCheckResult;
}

/**
 * One health check as the log has it.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-health-check-logs.html
 */
export function healthLine(check: LoggedCheck): string {
  const { balancer, group, target, port, startedMs, latencyMs, result } = check;
  const status = "status" in result ? result.status : undefined;
  return [
    kindOf(group),
    isoMillis(startedMs).replace("Z", "000Z"),
    (latencyMs / 1000).toFixed(9),
    `${target.id}:${port}`,
    group.name,
    result.healthy ? "PASS" : "FAIL",
    status ?? "-",
    result.healthy ? "-" : reasonOf(group, result),
    fullName(balancer.arn),
    balancer.loopbackHost,
  ].join(" ");
}

function kindOf({ version, healthCheck: { protocol } }: TargetGroupRecord): string {
  if (version === "GRPC") return "grpc";
  if (protocol === "HTTP") return "http";
  return version === "HTTP2" ? "h2" : "https";
}

function reasonOf(
  { version }: TargetGroupRecord,
  result: Exclude<HealthCheckResult, { healthy: true }>,
): string {
  switch (result.reason) {
    case "timeout":
      return "TimedOut";
    case "failed":
      return "ConnectionReset";
    case "mismatch":
      if (version === "GRPC") return "GRPCUnexpectedStatus";
      return result.status >= 500 ? "TargetError" : "ResponseCodeMismatch";
  }
}
