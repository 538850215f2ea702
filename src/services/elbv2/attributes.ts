/** Attributes of load balancers, target groups and listeners: names, defaults, values. */
import { invalidConfiguration, unsupported, validationError } from "./errors.ts";

export interface AttributeFact {
  default: string;
  /** Undefined for a valid value, else what is wrong with it. */
  check: (value: string) => string | undefined;
  /** Values that would change behaviour that Fogbank does not have. */
  refuses?: (value: string) => boolean;
}

export type AttributeTable = Record<string, AttributeFact>;

export const text: AttributeFact["check"] = () => undefined;
export const oneOf =
  (...values: string[]): AttributeFact["check"] =>
  (value) =>
    values.includes(value) ? undefined : `must be one of [${values.join(", ")}]`;
const boolean = oneOf("true", "false");
export const within =
  (low: number, high: number): AttributeFact["check"] =>
  (value) =>
    /^\d+$/.test(value) && Number(value) >= low && Number(value) <= high
      ? undefined
      : `must be between '${low}-${high}' inclusive`;
const zeroOr =
  (low: number, high: number): AttributeFact["check"] =>
  (value) =>
    value === "0" ? undefined : within(low, high)(value);
export const offOr =
  (low: number, high: number): AttributeFact["check"] =>
  (value) =>
    value === "off" ? undefined : within(low, high)(value);
export const flag = (initial: "true" | "false"): AttributeFact => ({
  default: initial,
  check: boolean,
});

// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
export const loadBalancerAttributes: AttributeTable = {
  "access_logs.s3.enabled": flag("false"),
  "access_logs.s3.bucket": { default: "", check: text },
  "access_logs.s3.prefix": { default: "", check: text },
  "client_keep_alive.seconds": { default: "3600", check: within(60, 604_800) },
  "connection_logs.s3.enabled": flag("false"),
  "connection_logs.s3.bucket": { default: "", check: text },
  "connection_logs.s3.prefix": { default: "", check: text },
  "deletion_protection.enabled": flag("false"),
  "health_check_logs.s3.enabled": flag("false"),
  "health_check_logs.s3.bucket": { default: "", check: text },
  "health_check_logs.s3.prefix": { default: "", check: text },
  "idle_timeout.timeout_seconds": { default: "60", check: within(1, 4000) },
  "ipv6.deny_all_igw_traffic": flag("false"),
  // "The default for Application Load Balancers is true, and cannot be changed."
  "load_balancing.cross_zone.enabled": { default: "true", check: oneOf("true") },
  "routing.http.desync_mitigation_mode": {
    default: "defensive",
    check: oneOf("monitor", "defensive", "strictest"),
  },
  "routing.http.drop_invalid_header_fields.enabled": flag("false"),
  "routing.http.preserve_host_header.enabled": flag("false"),
  "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": flag("false"),
  "routing.http.xff_client_port.enabled": flag("false"),
  "routing.http.xff_header_processing.mode": {
    default: "append",
    check: oneOf("append", "preserve", "remove"),
  },
  "routing.http2.enabled": flag("true"),
  "waf.fail_open.enabled": flag("false"),
  "zonal_shift.config.enabled": flag("false"),
};

// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
export const targetGroupAttributes: AttributeTable = {
  "deregistration_delay.timeout_seconds": { default: "300", check: within(0, 3600) },
  "load_balancing.algorithm.anomaly_mitigation": { default: "off", check: oneOf("on", "off") },
  "load_balancing.algorithm.type": {
    default: "round_robin",
    check: oneOf("round_robin", "least_outstanding_requests", "weighted_random"),
  },
  "load_balancing.cross_zone.enabled": {
    default: "use_load_balancer_configuration",
    check: oneOf("true", "false", "use_load_balancer_configuration"),
  },
  "slow_start.duration_seconds": { default: "0", check: zeroOr(30, 900) },
  "stickiness.app_cookie.cookie_name": { default: "", check: text },
  "stickiness.app_cookie.duration_seconds": { default: "86400", check: within(1, 604_800) },
  "stickiness.enabled": flag("false"),
  "stickiness.lb_cookie.duration_seconds": { default: "86400", check: within(1, 604_800) },
  "stickiness.type": { default: "lb_cookie", check: oneOf("lb_cookie", "app_cookie") },
  "target_group_health.dns_failover.minimum_healthy_targets.count": {
    default: "1",
    check: offOr(1, 1000),
  },
  "target_group_health.dns_failover.minimum_healthy_targets.percentage": {
    default: "off",
    check: offOr(1, 100),
  },
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": {
    default: "1",
    check: within(1, 1000),
  },
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": {
    default: "off",
    check: offOr(1, 100),
  },
};

const headerValue: AttributeFact["check"] = (value) =>
  /^[\t\x20-\x7e]{0,1024}$/.test(value) ? undefined : "contains invalid characters";
const headerName: AttributeFact["check"] = (value) =>
  /^[A-Za-z0-9_-]{1,40}$/.test(value) ? undefined : "is not a valid header name";

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html
const responseHeaders: Record<string, string> = Object.fromEntries(
  [
    "Strict-Transport-Security",
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Credentials",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
  ].map((name) => [`routing.http.response.${snakeCase(name)}.header_value`, name]),
);
const requestHeaders: Record<string, string> = Object.fromEntries(
  [
    "X-Amzn-Mtls-Clientcert-Serial-Number",
    "X-Amzn-Mtls-Clientcert-Issuer",
    "X-Amzn-Mtls-Clientcert-Subject",
    "X-Amzn-Mtls-Clientcert-Validity",
    "X-Amzn-Mtls-Clientcert-Leaf",
    "X-Amzn-Mtls-Clientcert",
    "X-Amzn-Tls-Version",
    "X-Amzn-Tls-Cipher-Suite",
  ].map((name) => [`routing.http.request.${snakeCase(name)}.header_name`, name]),
);

function snakeCase(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}

// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html
export const listenerAttributes: AttributeTable = {
  "routing.http.response.server.enabled": flag("true"),
  ...Object.fromEntries(
    Object.keys(responseHeaders).map((key) => [key, { default: "", check: headerValue }]),
  ),
  ...Object.fromEntries(
    Object.entries(requestHeaders).map(([key, name]) => [
      key,
      { default: name, check: headerName },
    ]),
  ),
};

/** What a listener's attributes make of the fields of requests and answers. */
export function headerChanges(stored: Readonly<Record<string, string>>): {
  responseFields: string[];
  renamed: Record<string, string>;
} {
  const responseFields: string[] = [];
  const renamed: Record<string, string> = {};
  for (const [key, value] of Object.entries(stored)) {
    const answered = responseHeaders[key];
    if (answered !== undefined && value !== "") responseFields.push(answered, value);
    const told = requestHeaders[key];
    if (told !== undefined && value !== told) renamed[told.toLowerCase()] = value;
  }
  return { responseFields, renamed };
}

export function attributeOf(
  table: AttributeTable,
  stored: Readonly<Record<string, string>>,
  key: string,
): string {
  return stored[key] ?? table[key]!.default;
}

export function describeAttributes(
  table: AttributeTable,
  stored: Readonly<Record<string, string>>,
): { Key: string; Value: string }[] {
  return Object.keys(table).map((Key) => ({ Key, Value: attributeOf(table, stored, Key) }));
}

/** The stored attributes with the changes; throws AWS's errors for what cannot be. */
export function changeAttributes(
  what: string,
  table: AttributeTable,
  stored: Readonly<Record<string, string>>,
  changes: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Record<string, string> {
  if (!changes || changes.length === 0)
    throw validationError(`At least one ${what} attribute must be specified`);
  const changed = { ...stored };
  const seen = new Set<string>();
  for (const { Key = "", Value = "" } of changes) {
    const fact = table[Key];
    if (!fact) throw validationError(`${title(what)} attribute key '${Key}' is not recognized`);
    if (seen.has(Key))
      throw validationError(`${title(what)} attribute '${Key}' was specified more than once`);
    seen.add(Key);
    const wrong = fact.check(Value);
    if (wrong) throw validationError(`'${Key}' value '${Value}' ${wrong}`);
    if (fact.refuses?.(Value)) throw unsupported(`the ${what} attribute '${Key}' with '${Value}'`);
    changed[Key] = Value;
  }
  return changed;
}

/** What a group of functions has instead of all those. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#multi-value-headers */
export const functionGroupAttributes: AttributeTable = {
  "lambda.multi_value_headers.enabled": flag("false"),
};

/**
 * "If you specify thresholds for both actions, the threshold for DNS failover must be greater than or equal to the
 * threshold for routing failover."
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health.html
 */
export function checkHealthThresholds(get: (key: string) => string): void {
  for (const kind of ["count", "percentage"]) {
    const keyOf = (action: string) =>
      `target_group_health.${action}.minimum_healthy_targets.${kind}`;
    const [failover, routing] = [keyOf("dns_failover"), keyOf("unhealthy_state_routing")];
    if (get(failover) === "off" || get(routing) === "off") continue;
    if (Number(get(failover)) < Number(get(routing)))
      throw invalidConfiguration(
        `'${failover}' value '${get(failover)}' must be greater than or equal to '${routing}' value '${get(routing)}'`,
      );
  }
}

/** What must hold between a target group's attributes. */
export function checkTargetGroupAttributes(stored: Readonly<Record<string, string>>): void {
  const get = (key: string) => attributeOf(targetGroupAttributes, stored, key);
  checkHealthThresholds(get);
  const cookie = get("stickiness.app_cookie.cookie_name");
  if (get("stickiness.type") === "app_cookie" && get("stickiness.enabled") === "true" && !cookie)
    throw invalidConfiguration(
      "You must set an application cookie name to enable stickiness of type 'app_cookie'",
    );
  if (/^(?:AWSALB|AWSALBAPP|AWSALBTG)/i.test(cookie))
    throw invalidConfiguration(
      `The application cookie name '${cookie}' cannot begin with 'AWSALB', 'AWSALBAPP' or 'AWSALBTG'`,
    );
  if (cookie !== "" && !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(cookie))
    throw validationError(`The application cookie name '${cookie}' contains invalid characters`);
  if (get("load_balancing.cross_zone.enabled") === "false" && get("stickiness.enabled") === "true")
    throw invalidConfiguration(
      "You cannot enable stickiness while cross-zone load balancing is off for the target group",
    );
  if (
    get("load_balancing.algorithm.anomaly_mitigation") === "on" &&
    get("load_balancing.algorithm.type") !== "weighted_random"
  )
    throw invalidConfiguration(
      "Anomaly mitigation is only supported with the 'weighted_random' load balancing algorithm",
    );
  if (
    get("slow_start.duration_seconds") !== "0" &&
    get("load_balancing.algorithm.type") !== "round_robin"
  )
    throw invalidConfiguration(
      "Slow start is only supported with the 'round_robin' load balancing algorithm",
    );
}

function title(what: string): string {
  return what.charAt(0).toUpperCase() + what.slice(1);
}
