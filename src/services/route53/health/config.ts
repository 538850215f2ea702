/** What a health check's configuration may be, and its defaults. */
import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { isIP } from "node:net";
import { notImplemented } from "#model/error.ts";
import { invalidInput } from "../errors.ts";
import { limits } from "../limits.ts";
import { normalName } from "../names.ts";
import { ValueProblem } from "../values/problem.ts";

/**
 * Completes and checks what a client gave.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
 */
export function completeConfig(given: HealthCheckConfig): HealthCheckConfig {
  const type = given.Type!;
  if (type === "RECOVERY_CONTROL")
    throw notImplemented("route53", "CreateHealthCheck", "of type RECOVERY_CONTROL");
  const common = { ...given, Inverted: given.Inverted ?? false, Disabled: given.Disabled ?? false };
  if (type === "CALCULATED") return checkCalculated(common);
  if (type === "CLOUDWATCH_METRIC") return checkAlarm(common);
  const isHttps = type.startsWith("HTTPS");
  const config: HealthCheckConfig = {
    ...common,
    Port: given.Port ?? (type === "TCP" ? undefined : isHttps ? 443 : 80),
    RequestInterval: given.RequestInterval ?? 30,
    FailureThreshold: given.FailureThreshold ?? 3,
    MeasureLatency: given.MeasureLatency ?? false,
    EnableSNI: given.EnableSNI ?? isHttps,
  };
  checkEndpoint(config);
  return config;
}

function checkEndpoint(config: HealthCheckConfig): void {
  const { Type = "", IPAddress, FullyQualifiedDomainName, Port, RequestInterval } = config;
  if (IPAddress === undefined && FullyQualifiedDomainName === undefined)
    throw invalidInput("Either IPAddress or FullyQualifiedDomainName must be specified.");
  if (IPAddress !== undefined && isIP(IPAddress) === 0)
    throw invalidInput(`Invalid parameter : IPAddress ${IPAddress} is not a valid IP address.`);
  if (FullyQualifiedDomainName !== undefined && !isHostName(FullyQualifiedDomainName))
    throw invalidInput(
      `Invalid parameter : FullyQualifiedDomainName ${FullyQualifiedDomainName} is not a valid domain name.`,
    );
  if (Type === "TCP" && IPAddress !== undefined && FullyQualifiedDomainName !== undefined)
    throw invalidInput(
      "TCP health checks that have IP address must not have a fully qualified domain name specified.",
    );
  if (config.AlarmIdentifier)
    throw invalidInput(
      "Invalid parameter : Basic health checks must not have an metric region specified.",
    );
  if (Port === undefined)
    throw invalidInput("Port must be specified for health checks of type TCP.");
  if (RequestInterval !== 10 && RequestInterval !== 30)
    throw invalidInput("RequestInterval must be 10 or 30 seconds.");
  const isMatch = Type.endsWith("_STR_MATCH");
  if (isMatch && !config.SearchString)
    throw invalidInput(`SearchString must be specified for health checks of type ${Type}.`);
  if (Type === "TCP" && config.ResourcePath !== undefined)
    throw invalidInput("ResourcePath cannot be specified for health checks of type TCP.");
  const regions = config.Regions;
  if (regions && regions.length > 0 && regions.length < 3)
    throw invalidInput("At least three regions must be specified.");
}

/** What a DNS query and a request's Host header can carry as it is. */
function isHostName(name: string): boolean {
  try {
    return /^[\w.-]+$/.test(name) && normalName(name) !== ".";
  } catch (error) {
    if (error instanceof ValueProblem) return false;
    throw error;
  }
}

/** Children must be there, and none may lead back to its parent. */
export function checkChildren(
  present: readonly { id: string; config: HealthCheckConfig }[],
  config: HealthCheckConfig,
  parent?: string,
): void {
  const seen = new Set<string>();
  const open = [...(config.ChildHealthChecks ?? [])];
  for (let child = open.pop(); child !== undefined; child = open.pop()) {
    if (child === parent)
      throw invalidInput(`The health check ${parent} cannot be a child of itself.`);
    const found = present.find(({ id }) => id === child);
    if (!found) throw invalidInput(`The child health check ${child} does not exist.`);
    if (seen.has(child)) continue;
    seen.add(child);
    open.push(...(found.config.ChildHealthChecks ?? []));
  }
}

function checkCalculated(config: HealthCheckConfig): HealthCheckConfig {
  const { ChildHealthChecks = [], HealthThreshold } = config;
  if (HealthThreshold === undefined)
    throw invalidInput("HealthThreshold must be specified for calculated health checks.");
  if (ChildHealthChecks.length > limits.childHealthChecks)
    throw invalidInput(
      `A calculated health check can have at most ${limits.childHealthChecks} children.`,
    );
  if (config.IPAddress ?? config.FullyQualifiedDomainName ?? config.Port)
    throw invalidInput("An endpoint cannot be specified for calculated health checks.");
  return { ...config, ChildHealthChecks };
}

function checkAlarm(config: HealthCheckConfig): HealthCheckConfig {
  if (!config.AlarmIdentifier)
    throw invalidInput(
      "AlarmIdentifier must be specified for health checks of type CLOUDWATCH_METRIC.",
    );
  return {
    ...config,
    InsufficientDataHealthStatus: config.InsufficientDataHealthStatus ?? "LastKnownStatus",
  };
}
