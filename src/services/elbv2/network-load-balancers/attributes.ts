/** Attributes of network load balancers, their listeners and target groups. */
import type { NetworkProtocol } from "#traffic/network/config.ts";
import {
  attributeOf,
  checkHealthThresholds,
  flag,
  offOr,
  oneOf,
  text,
  within,
  type AttributeTable,
} from "../attributes.ts";
import { invalidConfiguration, unsupported, validationError } from "../errors.ts";
import type { TargetGroupRecord } from "../records.ts";

// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
export const networkBalancerAttributes: AttributeTable = {
  "access_logs.s3.enabled": flag("false"),
  "access_logs.s3.bucket": { default: "", check: text },
  "access_logs.s3.prefix": { default: "", check: text },
  "deletion_protection.enabled": flag("false"),
  "dns_record.client_routing_policy": {
    default: "any_availability_zone",
    check: oneOf(
      "any_availability_zone",
      "availability_zone_affinity",
      "partial_availability_zone_affinity",
    ),
  },
  "ipv6.deny_all_igw_traffic": flag("false"),
  "load_balancing.cross_zone.enabled": flag("false"),
  "secondary_ips.auto_assigned.per_subnet": { default: "0", check: within(0, 7) },
  "zonal_shift.config.enabled": flag("false"),
};

/** "After you set this value, you can't decrease it." */
export function checkSecondaryAddresses(
  before: Readonly<Record<string, string>>,
  changed: Readonly<Record<string, string>>,
): void {
  const key = "secondary_ips.auto_assigned.per_subnet";
  const [was, is] = [before, changed].map((one) =>
    Number(attributeOf(networkBalancerAttributes, one, key)),
  );
  if (is! < was!)
    throw invalidConfiguration(`The value '${was}' of the attribute '${key}' cannot be decreased`);
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html */
export function networkListenerAttributes(protocol: NetworkProtocol): AttributeTable {
  // Datagrams have a timeout of 120 seconds and TLS one of 350, which cannot be changed.
  if (protocol === "UDP" || protocol === "TLS") return {};
  return { "tcp.idle_timeout.seconds": { default: "350", check: within(60, 6000) } };
}

const carriesDatagrams = (protocol: NetworkProtocol) =>
  protocol === "UDP" || protocol === "TCP_UDP";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html */
export function networkGroupAttributes(
  protocol: NetworkProtocol,
  targetType: TargetGroupRecord["targetType"],
): AttributeTable {
  const datagrams = carriesDatagrams(protocol);
  const preserves = datagrams || targetType !== "ip";
  const health = "target_group_health";
  const minimum = "minimum_healthy_targets";
  return {
    "deregistration_delay.connection_termination.enabled": flag(datagrams ? "true" : "false"),
    "deregistration_delay.timeout_seconds": { default: "300", check: within(0, 3600) },
    "load_balancing.cross_zone.enabled": {
      default: "use_load_balancer_configuration",
      check: oneOf("true", "false", "use_load_balancer_configuration"),
    },
    "preserve_client_ip.enabled": flag(preserves ? "true" : "false"),
    "proxy_protocol_v2.enabled": flag("false"),
    "stickiness.enabled": flag("false"),
    "stickiness.type": { default: "source_ip", check: oneOf("source_ip") },
    [`${health}.dns_failover.${minimum}.count`]: { default: "1", check: offOr(1, 1000) },
    [`${health}.dns_failover.${minimum}.percentage`]: { default: "off", check: offOr(1, 100) },
    [`${health}.unhealthy_state_routing.${minimum}.count`]: {
      default: "1",
      check: within(1, 1000),
    },
    [`${health}.unhealthy_state_routing.${minimum}.percentage`]: {
      default: "off",
      check: offOr(1, 100),
    },
    "target_health_state.unhealthy.connection_termination.enabled": flag(
      datagrams ? "false" : "true",
    ),
    "target_health_state.unhealthy.draining_interval_seconds": {
      default: "0",
      check: within(0, 360_000),
    },
  };
}

type Changes = readonly { Key?: string | undefined; Value?: string | undefined }[];

/** What AWS says of kinds of stickiness that a group's protocol does not have. */
export function checkStickinessType({ protocol }: TargetGroupRecord, changes: Changes): void {
  const given = (key: string) => changes.find(({ Key }) => Key === key)?.Value;
  const type = given("stickiness.type");
  const web = protocol === "HTTP" || protocol === "HTTPS";
  if (type !== undefined) {
    if (!["app_cookie", "lb_cookie", "source_ip"].includes(type))
      throw validationError("'Stickiness type' must be one of [app_cookie, lb_cookie, source_ip]");
    if (web === (type === "source_ip"))
      throw invalidConfiguration(
        `Stickiness type '${type}' is not supported for target groups with the ${protocol} protocol`,
      );
  }
  if (protocol === "TLS" && given("stickiness.enabled") === "true")
    throw invalidConfiguration(
      "You cannot enable stickiness on target groups with the TLS protocol",
    );
}

/** What must hold between a network target group's attributes. */
export function checkNetworkGroup(
  group: TargetGroupRecord,
  changed: Readonly<Record<string, string>>,
  mayPreserve: boolean,
): void {
  const protocol = group.protocol as NetworkProtocol;
  const table = networkGroupAttributes(protocol, group.targetType);
  const get = (key: string) => attributeOf(table, changed, key);
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html#target-group-attributes
  if (group.targetType === "alb")
    for (const [key, value] of Object.entries(changed))
      if (value !== table[key]?.default)
        throw invalidConfiguration(
          `Target group attribute key '${key}' is not supported on target groups with target type 'alb'`,
        );
  checkHealthThresholds(get);
  const termination = "target_health_state.unhealthy.connection_termination.enabled";
  if (carriesDatagrams(protocol)) {
    if (get("preserve_client_ip.enabled") === "false")
      throw invalidConfiguration(
        `Client IP preservation cannot be disabled for target groups with the ${protocol} protocol`,
      );
    if (get(termination) === "true")
      throw invalidConfiguration(
        `Connection termination for unhealthy targets cannot be enabled for target groups with the ${protocol} protocol`,
      );
    if (get("proxy_protocol_v2.enabled") === "true")
      throw unsupported("proxy protocol for datagrams");
  } else if (changed["preserve_client_ip.enabled"] === "true" && !mayPreserve)
    throw unsupported("preserve_client_ip.enabled with these machines: use proxy protocol");
  if (
    get("target_health_state.unhealthy.draining_interval_seconds") !== "0" &&
    get(termination) === "true"
  )
    throw invalidConfiguration(
      "The draining interval can be configured only when connection termination for unhealthy targets is disabled",
    );
}
