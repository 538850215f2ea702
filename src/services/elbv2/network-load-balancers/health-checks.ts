/** Health checks of a network load balancer's target groups. */
import type { HealthCheckResult } from "#traffic/application/config.ts";
import { proxyProtocolLocal } from "#traffic/network/proxy-protocol.ts";
import { targetGroupsOf } from "../actions.ts";
import { attributeOf } from "../attributes.ts";
import { invalidConfiguration, validationError } from "../errors.ts";
import { checkCommon, type GivenSettings } from "../health-check-settings.ts";
import { isNetworkProtocol } from "../kinds.ts";
import type {
  HealthCheckSettings,
  ListenerRecord,
  LoadBalancerRecord,
  TargetGroupRecord,
  TargetRecord,
} from "../records.ts";
import { networkGroupAttributes } from "./attributes.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html */
export function networkSettings(
  given: GivenSettings,
  present: HealthCheckSettings | undefined,
  targetType: TargetGroupRecord["targetType"],
): HealthCheckSettings {
  if (given.HealthCheckEnabled === false)
    throw invalidConfiguration(
      `Health check enabled must be true for target groups with target type '${targetType}'`,
    );
  const protocol = given.HealthCheckProtocol ?? present?.protocol ?? defaultProtocol(targetType);
  if (protocol !== "HTTP" && protocol !== "HTTPS" && protocol !== "TCP")
    throw validationError(`Health check protocol '${protocol}' must be one of 'HTTP, HTTPS, TCP'`);
  if (targetType === "alb" && protocol === "TCP")
    throw validationError(
      "Health check protocol 'TCP' is not supported for target groups with target type 'alb'",
    );
  if (protocol === "TCP" && given.HealthCheckPath !== undefined)
    throw invalidConfiguration(
      "Health check paths are not supported for health checks for target groups with the TCP protocol",
    );
  if (protocol === "TCP" && given.Matcher !== undefined)
    throw invalidConfiguration(
      "Custom health check matchers are not supported for health checks for target groups with the TCP protocol",
    );
  const timeoutSeconds = given.HealthCheckTimeoutSeconds ?? present?.timeoutSeconds;
  const settings: HealthCheckSettings = {
    protocol,
    port: given.HealthCheckPort ?? present?.port ?? "traffic-port",
    path: given.HealthCheckPath ?? present?.path ?? "/",
    intervalSeconds: given.HealthCheckIntervalSeconds ?? present?.intervalSeconds ?? 30,
    timeoutSeconds: timeoutSeconds ?? (protocol === "HTTP" ? 6 : 10),
    healthyThreshold: given.HealthyThresholdCount ?? present?.healthyThreshold ?? 5,
    unhealthyThreshold: given.UnhealthyThresholdCount ?? present?.unhealthyThreshold ?? 2,
    matcher: given.Matcher?.HttpCode ?? present?.matcher ?? "200-399",
  };
  if (given.Matcher?.GrpcCode !== undefined)
    throw validationError("GrpcCode is only valid for target groups with protocol version GRPC");
  if (timeoutSeconds === undefined)
    settings.timeoutSeconds = Math.min(settings.timeoutSeconds, settings.intervalSeconds);
  checkCommon(settings, 599);
  if (settings.timeoutSeconds > settings.intervalSeconds)
    throw validationError(
      `Health check timeout '${settings.timeoutSeconds}' must be smaller than or equal to the interval '${settings.intervalSeconds}'`,
    );
  return settings;
}

const defaultProtocol = (targetType: TargetGroupRecord["targetType"]) =>
  targetType === "alb" ? "HTTP" : "TCP";

/**
 * "The host header contains the IP address of the load balancer node and the listener port."
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
 */
export function frontHostOf(
  { zones }: LoadBalancerRecord,
  own: readonly ListenerRecord[],
  group: TargetGroupRecord,
  target: TargetRecord,
): string | undefined {
  const node = (zones.find(({ zoneName }) => zoneName === target.zone) ?? zones[0])?.node;
  const front = own.find(({ actions }) => targetGroupsOf(actions).includes(group.arn));
  return node && front && `${node.privateAddress ?? node.loopbackHost}:${front.port}`;
}

/**
 * Timeouts and other codes than the matcher's are told of by application load balancers only.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
 */
export function withoutCause(result: HealthCheckResult): HealthCheckResult {
  return result.healthy ? result : { healthy: false, reason: "failed" };
}

/** "Registered targets fail health checks if they support only TLS 1.3." */
export const newestChecked = "TLSv1.2";

/** "After you enable proxy protocol, the proxy protocol header is also included in health check connections." */
export function checkPreface({ protocol, targetType, attributes }: TargetGroupRecord) {
  if (!isNetworkProtocol(protocol)) return undefined;
  const table = networkGroupAttributes(protocol, targetType);
  return attributeOf(table, attributes, "proxy_protocol_v2.enabled") === "true"
    ? proxyProtocolLocal
    : undefined;
}
