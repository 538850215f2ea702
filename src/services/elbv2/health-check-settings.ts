/** Health check settings of target groups: defaults and AWS's checks. */
import type { CreateTargetGroupCommandInput } from "@aws-sdk/client-elastic-load-balancing-v2";
import { invalidConfiguration, unsupported, validationError } from "./errors.ts";
import type { HealthCheckSettings } from "./records.ts";

export type GivenSettings = Pick<
  CreateTargetGroupCommandInput,
  | "HealthCheckEnabled"
  | "HealthCheckProtocol"
  | "HealthCheckPort"
  | "HealthCheckPath"
  | "HealthCheckIntervalSeconds"
  | "HealthCheckTimeoutSeconds"
  | "HealthyThresholdCount"
  | "UnhealthyThresholdCount"
  | "Matcher"
>;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
export const defaultSettings: HealthCheckSettings = {
  protocol: "HTTP",
  port: "traffic-port",
  path: "/",
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: "200",
};

export function readSettings(
  given: GivenSettings,
  present: HealthCheckSettings,
): HealthCheckSettings {
  if (given.HealthCheckEnabled === false)
    throw invalidConfiguration(
      "Health check enabled must be true for target groups with target type 'instance' or 'ip'",
    );
  const { HealthCheckProtocol: protocol } = given;
  if (protocol === "HTTPS") throw unsupported("health checks over HTTPS");
  if (protocol !== undefined && protocol !== "HTTP")
    throw validationError(
      `Health check protocol '${protocol}' must be one of 'HTTP, HTTPS' for target groups with protocol 'HTTP'`,
    );
  if (given.Matcher?.GrpcCode !== undefined)
    throw invalidConfiguration(
      "GrpcCode is only valid for target groups with protocol version GRPC",
    );
  const settings: HealthCheckSettings = {
    protocol: "HTTP",
    port: given.HealthCheckPort ?? present.port,
    path: given.HealthCheckPath ?? present.path,
    intervalSeconds: given.HealthCheckIntervalSeconds ?? present.intervalSeconds,
    timeoutSeconds: given.HealthCheckTimeoutSeconds ?? present.timeoutSeconds,
    healthyThreshold: given.HealthyThresholdCount ?? present.healthyThreshold,
    unhealthyThreshold: given.UnhealthyThresholdCount ?? present.unhealthyThreshold,
    matcher: given.Matcher?.HttpCode ?? present.matcher,
  };
  check(settings);
  return settings;
}

function check(settings: HealthCheckSettings): void {
  const { port, path, intervalSeconds, timeoutSeconds, matcher } = settings;
  if (
    port !== "traffic-port" &&
    !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)
  )
    throw validationError(
      `Health check port '${port}' must be 'traffic-port' or a valid port number`,
    );
  if (!path.startsWith("/"))
    throw validationError(`Health check path '${path}' must begin with a '/' character`);
  if (!/^[\x21-\x7e]+$/.test(path))
    throw validationError(`Health check path '${path}' contains invalid characters`);
  between("interval", intervalSeconds, 5, 300);
  between("timeout", timeoutSeconds, 2, 120);
  if (timeoutSeconds >= intervalSeconds)
    throw validationError(
      `Health check timeout '${timeoutSeconds}' must be smaller than the interval '${intervalSeconds}'`,
    );
  between("healthy threshold count", settings.healthyThreshold, 2, 10);
  between("unhealthy threshold count", settings.unhealthyThreshold, 2, 10);
  const codes = matcher.split(",").flatMap((part) => part.trim().split("-"));
  const wellFormed = matcher.split(",").every((part) => /^\s*\d{3}(?:-\d{3})?\s*$/.test(part));
  if (!wellFormed || codes.some((code) => Number(code) < 200 || Number(code) > 499))
    throw validationError(
      `Health check matcher HTTP code '${matcher}' must be within '200-499' inclusive`,
    );
}

function between(what: string, value: number, low: number, high: number): void {
  if (value < low || value > high)
    throw validationError(`Health check ${what} '${value}' must be between '${low}' and '${high}'`);
}
