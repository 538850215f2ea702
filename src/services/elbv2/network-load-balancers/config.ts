/** From records to what the layer-4 data plane is told. */
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import { clientNames, inboundRules } from "#services/kit/load-balancing/firewall.ts";
import type { Environment } from "#services/kit/service.ts";
import { wallTime } from "#services/kit/load-balancing/wall-time.ts";
import type { Scope } from "#store/collection.ts";
import type {
  NetworkBalancerConfig,
  NetworkListenerConfig,
  NetworkProtocol,
  NetworkTargetConfig,
  NetworkTargetGroupConfig,
  WeightedGroup,
} from "#traffic/network/config.ts";
import { logsTo } from "../logs.ts";
import { attributeOf } from "../attributes.ts";
import { tlsConfig } from "../balancer-config.ts";
import type { BalancerRecords } from "../balancer-records.ts";
import { preservesClients, reachAs } from "../health/reach-target.ts";
import { crossesZones } from "../cross-zone.ts";
import { groupTable, listenerTable } from "../kinds.ts";
import { hasIpv6, isDualstack } from "../ip-address-type.ts";
import type { LoadBalancerRecord, TargetGroupRecord, TargetRecord } from "../records.ts";
import type { State } from "../state.ts";
import { isLeft } from "../zonal-shift.ts";
import { alpnProtocols } from "./listener-input.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html#connection-idle-timeout */
const datagramTimeoutMs = 120_000;
const tlsIdleSeconds = 350;

export async function networkConfigOf(
  env: Environment,
  scope: Scope,
  records: BalancerRecords,
  state: State,
): Promise<NetworkBalancerConfig> {
  const { balancer } = records;
  const recorded = logsTo(balancer.attributes, "access")
    ? records.listeners.filter(({ record }) => record.protocol === "TLS")
    : [];
  return {
    arn: balancer.arn,
    ipv6: isDualstack(balancer) && hasIpv6(),
    inbound: inboundRules(env, scope, balancer),
    clientNames: clientNames(env, scope, balancer),
    nodes: balancer.zones.map(({ zoneName, node }) => ({
      zone: zoneName,
      host: node!.loopbackHost,
    })),
    recorded: recorded.map(({ record }) => record.arn),
    listeners: await Promise.all(
      records.listeners.map((listener) => listenerConfig(env, state, scope, listener)),
    ),
    targetGroups: await Promise.all(
      records.groups.map((group) => groupConfig(env, scope, group, balancer)),
    ),
  };
}

async function listenerConfig(
  env: Environment,
  state: State,
  scope: Scope,
  { record, rules }: BalancerRecords["listeners"][number],
): Promise<NetworkListenerConfig> {
  const { protocol, attributes } = record;
  const key = "tcp.idle_timeout.seconds";
  const table = listenerTable(record);
  const idleSeconds = table[key] ? Number(attributeOf(table, attributes, key)) : tlsIdleSeconds;
  return {
    arn: record.arn,
    protocol: protocol as NetworkProtocol,
    port: record.port,
    bound: record.boundByZone ?? {},
    tls: record.tls && (await tlsConfig(env, state, scope, record.tls, undefined)),
    alpn: alpnProtocols[record.alpnPolicy ?? "None"],
    // A connection's idle timeout is wall time.
    idleTimeoutMs: idleSeconds * 1000,
    datagramTimeoutMs,
    rules: rules.map(({ conditions, actions }) => ({
      family: conditions[0]!.SourceIpConfig!.IpAddressType!,
      groups: groupsOf(actions),
    })),
    groups: groupsOf(record.actions),
  };
}

function groupsOf(actions: readonly Action[]): WeightedGroup[] {
  const forward = actions.find(({ Type }) => Type === "forward")?.ForwardConfig;
  return (forward?.TargetGroups ?? []).map(({ TargetGroupArn, Weight }) => ({
    arn: TargetGroupArn!,
    weight: Weight ?? 1,
  }));
}

async function groupConfig(
  env: Environment,
  scope: Scope,
  { record, targets }: BalancerRecords["groups"][number],
  balancer: LoadBalancerRecord,
): Promise<NetworkTargetGroupConfig> {
  const attribute = (key: string) => attributeOf(groupTable(record), record.attributes, key);
  const isOn = (key: string) => attribute(`${key}.enabled`) === "true";
  const unhealthy = "target_health_state.unhealthy";
  const routing = "target_group_health.unhealthy_state_routing.minimum_healthy_targets";
  const percentage = attribute(`${routing}.percentage`);
  const intervalMs = Number(attribute(`${unhealthy}.draining_interval_seconds`)) * 1000;
  const terminates = isOn(`${unhealthy}.connection_termination`);
  const configs = await Promise.all(
    targets.map((target) => targetConfig(env, scope, record, target, balancer)),
  );
  return {
    arn: record.arn,
    tls: record.protocol === "TLS",
    algorithm: "flow_hash",
    sourceIpStickiness: isOn("stickiness"),
    crossZone: crossesZones(record, balancer),
    proxyProtocol: isOn("proxy_protocol_v2") ? 2 : undefined,
    preserveClientIp:
      isOn("preserve_client_ip") && (record.targetType === "alb" || preservesClients(env)),
    resetsDeregistered: isOn("deregistration_delay.connection_termination"),
    // Where flows are not ended at once, the interval says when; none means never.
    unhealthyResetMs: terminates ? 0 : intervalMs > 0 ? wallTime(env.clock, intervalMs) : undefined,
    minimumHealthy: {
      count: Number(attribute(`${routing}.count`)),
      percentage: percentage === "off" ? 0 : Number(percentage),
    },
    targets: configs.filter((config) => config !== undefined),
  };
}

async function targetConfig(
  env: Environment,
  scope: Scope,
  group: TargetGroupRecord,
  target: TargetRecord,
  balancer: LoadBalancerRecord,
): Promise<NetworkTargetConfig | undefined> {
  const { zones } = balancer;
  const { state } = target.health;
  if (state === "unused") return undefined;
  if (target.zone !== "all" && !zones.some(({ zoneName }) => zoneName === target.zone))
    return undefined;
  return {
    key: `${target.id}:${target.port}`,
    zone: target.zone,
    ...(await reachAs(env, scope, balancer, group, target)),
    // Flows that are under way in a zone that is left end by themselves.
    state: isLeft(group, balancer, target)
      ? "draining"
      : state === "unhealthy.draining"
        ? "unhealthy"
        : state,
  };
}
