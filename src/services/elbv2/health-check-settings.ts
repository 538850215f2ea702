/** Health check settings of target groups: defaults and AWS's checks. */
import type { CreateTargetGroupCommandInput } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ProtocolVersion } from "#traffic/application/config.ts";
import { invalidConfiguration, validationError } from "./errors.ts";
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

/**
 * "For Application Load Balancers, the default is HTTP", of groups that speak HTTPS as well.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
 */
const defaultSettings: HealthCheckSettings = {
  protocol: "HTTP",
  port: "traffic-port",
  path: "/",
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: "200",
};

/** What is checked where the request says nothing. */
export function settingsFor(version: ProtocolVersion): HealthCheckSettings {
  return {
    ...defaultSettings,
    ...(version === "GRPC" && { path: "/AWS.ALB/healthcheck", matcher: "12" }),
  };
}

export function readSettings(
  given: GivenSettings,
  present: HealthCheckSettings,
  version: ProtocolVersion,
): HealthCheckSettings {
  const isFunction = present.isDisabled !== undefined;
  if (given.HealthCheckEnabled === false && !isFunction)
    throw invalidConfiguration(
      "Health check enabled must be true for target groups with target type 'instance' or 'ip'",
    );
  const { HealthCheckProtocol: protocol } = given;
  if (protocol !== undefined && protocol !== "HTTP" && protocol !== "HTTPS")
    throw validationError(
      `Health check protocol '${protocol}' must be one of 'HTTP, HTTPS' for target groups with protocol 'HTTP'`,
    );
  if (version === "GRPC" && given.Matcher?.HttpCode !== undefined)
    throw invalidConfiguration(
      "HttpCode is not valid for target groups with protocol version GRPC",
    );
  if (version !== "GRPC" && given.Matcher?.GrpcCode !== undefined)
    throw invalidConfiguration(
      "GrpcCode is only valid for target groups with protocol version GRPC",
    );
  const settings: HealthCheckSettings = {
    protocol: protocol ?? present.protocol,
    port: given.HealthCheckPort ?? present.port,
    path: given.HealthCheckPath ?? present.path,
    intervalSeconds: given.HealthCheckIntervalSeconds ?? present.intervalSeconds,
    timeoutSeconds: given.HealthCheckTimeoutSeconds ?? present.timeoutSeconds,
    healthyThreshold: given.HealthyThresholdCount ?? present.healthyThreshold,
    unhealthyThreshold: given.UnhealthyThresholdCount ?? present.unhealthyThreshold,
    matcher: given.Matcher?.HttpCode ?? given.Matcher?.GrpcCode ?? present.matcher,
    ...(isFunction && {
      isDisabled:
        given.HealthCheckEnabled === undefined ? present.isDisabled : !given.HealthCheckEnabled,
    }),
  };
  checkCommon(settings, version === "GRPC" ? undefined : 499);
  const { intervalSeconds, timeoutSeconds } = settings;
  if (timeoutSeconds >= intervalSeconds)
    throw validationError(
      `Health check timeout '${timeoutSeconds}' must be smaller than the interval '${intervalSeconds}'`,
    );
  return settings;
}

/** What holds of every kind of group; without a highest code of HTTP, codes are gRPC's. */
export function checkCommon(settings: HealthCheckSettings, highestCode: number | undefined): void {
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
  between("healthy threshold count", settings.healthyThreshold, 2, 10);
  between("unhealthy threshold count", settings.unhealthyThreshold, 2, 10);
  if (highestCode === undefined) return checkGrpcCodes(matcher);
  if (!areRanges(matcher, /^\d{3}(?:-\d{3})?$/, 200, highestCode))
    throw validationError(
      `Health check matcher HTTP code '${matcher}' must be within '200-${highestCode}' inclusive`,
    );
}

function checkGrpcCodes(matcher: string): void {
  if (!areRanges(matcher, /^\d{1,2}(?:-\d{1,2})?$/, 0, 99))
    throw validationError(
      `Health check matcher GRPC code '${matcher}' must be within '0-99' inclusive`,
    );
}

/** Codes and ranges of them, separated by commas. */
function areRanges(matcher: string, form: RegExp, low: number, high: number): boolean {
  return matcher.split(",").every((part) => {
    const range = part.trim();
    const [from = 0, to = from] = range.split("-").map(Number);
    return form.test(range) && from >= low && from <= to && to <= high;
  });
}

function between(what: string, value: number, low: number, high: number): void {
  if (value < low || value > high)
    throw validationError(`Health check ${what} '${value}' must be between '${low}' and '${high}'`);
}
