/** From records to what the data plane is told. */
import { certificateOf } from "#services/kit/load-balancing/certificates.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { logsTo } from "./logs.ts";
import {
  attributeOf,
  headerChanges,
  listenerAttributes,
  loadBalancerAttributes,
} from "./attributes.ts";
import type {
  BalancerConfig,
  ListenerConfig,
  MutualConfig,
  TlsConfig,
  TlsVersion,
} from "#traffic/application/config.ts";
import type { DesyncMode } from "#traffic/application/desync.ts";
import { hasIpv6, isDualstack } from "./ip-address-type.ts";
import { clientNames, inboundRules } from "#services/kit/load-balancing/firewall.ts";
import { type ListenerTlsRecord, type MutualRecord, type TrustStoreRecord } from "./records.ts";
import { sslPolicies } from "./ssl-policies.ts";
import type { State } from "./state.ts";
import type { BalancerRecords } from "./balancer-records.ts";
import { ruleConfigs } from "./rule-config.ts";
import { targetGroupConfig } from "./target-group-config.ts";

export async function configOf(
  env: Environment,
  scope: Scope,
  records: BalancerRecords,
  state: State,
): Promise<BalancerConfig> {
  const { balancer } = records;
  const attribute = (key: string) => attributeOf(loadBalancerAttributes, balancer.attributes, key);
  const zones = balancer.zones.map(({ zoneName }) => zoneName);
  return {
    arn: balancer.arn,
    dnsName: balancer.dnsName,
    loopbackHost: balancer.loopbackHost,
    ipv6: isDualstack(balancer) && hasIpv6(),
    inbound: inboundRules(env, scope, balancer),
    clientNames: clientNames(env, scope, balancer),
    zones: zones.filter((zone) => zone !== balancer.shiftedZone),
    // A connection's idle timeout is wall time.
    idleTimeoutMs: Number(attribute("idle_timeout.timeout_seconds")) * 1000,
    secret: balancer.secret,
    dropInvalidHeaders: attribute("routing.http.drop_invalid_header_fields.enabled") === "true",
    forwardedFor: attribute(
      "routing.http.xff_header_processing.mode",
    ) as BalancerConfig["forwardedFor"],
    forwardedForPort: attribute("routing.http.xff_client_port.enabled") === "true",
    tlsHeaders: attribute("routing.http.x_amzn_tls_version_and_cipher_suite.enabled") === "true",
    http2: attribute("routing.http2.enabled") === "true",
    accessLog: logsTo(balancer.attributes, "access"),
    connectionLog: logsTo(balancer.attributes, "connection"),
    desync: attribute("routing.http.desync_mitigation_mode") as DesyncMode,
    preserveHost: attribute("routing.http.preserve_host_header.enabled") === "true",
    clientKeepAliveMs: Number(attribute("client_keep_alive.seconds")) * 1000,
    listeners: await Promise.all(
      records.listeners.map((listener) => listenerConfig(env, state, scope, listener)),
    ),
    targetGroups: await Promise.all(
      records.groups.map((group) => targetGroupConfig(env, state, scope, group, balancer, zones)),
    ),
  };
}

async function listenerConfig(
  env: Environment,
  state: State,
  scope: Scope,
  { record, rules: own, trustStore }: BalancerRecords["listeners"][number],
): Promise<ListenerConfig> {
  const serverHeader = "routing.http.response.server.enabled";
  return {
    arn: record.arn,
    port: record.port,
    bound: record.bound,
    tls: record.tls && (await tlsConfig(env, state, scope, record.tls, trustStore)),
    serverHeader: attributeOf(listenerAttributes, record.attributes, serverHeader) === "true",
    ...headerChanges(record.attributes),
    rules: ruleConfigs(env, record, own),
  };
}

export async function tlsConfig(
  env: Environment,
  state: State,
  scope: Scope,
  { sslPolicy, certificates, mutual }: ListenerTlsRecord,
  trustStore: TrustStoreRecord | undefined,
): Promise<TlsConfig> {
  const policy = sslPolicies.find(({ Name }) => Name === sslPolicy)!;
  const versions = policy.SslProtocols as TlsVersion[];
  return {
    certificates: await Promise.all(
      certificates.map((arn) => certificateOf(env, state.certificates, scope, arn)),
    ),
    maxVersion: versions[0]!,
    minVersion: versions.at(-1)!,
    ciphers: policy.Ciphers.map(({ Name }) => Name),
    mutual: mutual && mutualConfig(mutual, trustStore),
  };
}

function mutualConfig(
  mutual: MutualRecord,
  trustStore: TrustStoreRecord | undefined,
): MutualConfig {
  if (mutual.mode === "passthrough") return { mode: "passthrough" };
  return {
    mode: "verify",
    authorities: trustStore?.bundle ?? "",
    namesAuthorities: mutual.advertiseNames === "on",
    revocations: trustStore?.revocations.map(({ pem }) => pem) ?? [],
    ignoreExpiry: mutual.ignoreExpiry ?? false,
  };
}
