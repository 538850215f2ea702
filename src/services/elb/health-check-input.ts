/** Health checks as requests describe them. https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-healthchecks.html */
import type { HealthCheck } from "@aws-sdk/client-elastic-load-balancing";
import { validationError } from "./errors.ts";
import { limits } from "./limits.ts";
import type { HealthCheckRecord, ListenerRecord, Protocol } from "./records.ts";

export interface HealthTarget {
  protocol: Protocol;
  port: number;
  /** Of HTTP and HTTPS. */
  path: string;
}

/** "HTTP:80/ping", "TCP:80". Throws AWS's errors for anything else. */
export function parseTarget(target: string): HealthTarget {
  const match = /^(HTTP|HTTPS|TCP|SSL):(\d{1,5})(.*)$/is.exec(target);
  if (!match)
    throw validationError("HealthCheck Target must begin with one of HTTP, TCP, HTTPS, SSL");
  const protocol = match[1]!.toUpperCase() as Protocol;
  const port = Number(match[2]);
  const path = match[3]!;
  if (port < 1 || port > 65_535)
    throw validationError("HealthCheck Target port must be between 1 and 65535");
  if (protocol === "TCP" || protocol === "SSL") {
    if (path !== "")
      throw validationError(`HealthCheck ${protocol} Target must specify a port and nothing else`);
  } else {
    if (!path.startsWith("/"))
      throw validationError(
        `HealthCheck ${protocol} Target must specify a port followed by a path that begins with '/'. e.g. ${protocol}:80/weather/us/wa/seattle`,
      );
    if (path.length > limits.healthCheckTargetLength)
      throw validationError(
        `HealthCheck Target path cannot be longer than ${limits.healthCheckTargetLength} characters`,
      );
  }
  return { protocol, port, path };
}

export function readHealthCheck(given: HealthCheck): HealthCheckRecord {
  const target = given.Target ?? "";
  const { protocol, port, path } = parseTarget(target);
  const check = {
    target: `${protocol}:${port}${path}`,
    intervalSeconds: given.Interval!,
    timeoutSeconds: given.Timeout!,
    unhealthyThreshold: given.UnhealthyThreshold!,
    healthyThreshold: given.HealthyThreshold!,
  };
  if (check.timeoutSeconds >= check.intervalSeconds)
    throw validationError("HealthCheck Interval must be greater than the Timeout");
  return check;
}

/** What the API gives a load balancer that is made without one: a connection to the first listener's instances. */
export function defaultHealthCheck({ instancePort }: ListenerRecord): HealthCheckRecord {
  return {
    target: `TCP:${instancePort}`,
    intervalSeconds: 30,
    timeoutSeconds: 5,
    unhealthyThreshold: 2,
    healthyThreshold: 10,
  };
}

export function healthCheckShape(check: HealthCheckRecord): HealthCheck {
  return {
    Target: check.target,
    Interval: check.intervalSeconds,
    Timeout: check.timeoutSeconds,
    UnhealthyThreshold: check.unhealthyThreshold,
    HealthyThreshold: check.healthyThreshold,
  };
}
