/** From records to what the data plane is told. */
import type { InterfaceAddresses } from "#services/kit/load-balancing/interfaces/keep.ts";
import type {
  Action,
  RuleCondition,
  RuleTransform,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { certificateOf } from "#services/kit/load-balancing/certificates.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { logsTo } from "./logs.ts";
import { readArn } from "./arns.ts";
import {
  attributeOf,
  headerChanges,
  listenerAttributes,
  loadBalancerAttributes,
  targetGroupAttributes,
} from "./attributes.ts";
import type {
  ActionConfig,
  BalancerConfig,
  ConditionConfig,
  ListenerConfig,
  MutualConfig,
  OidcConfig,
  RuleConfig,
  TargetConfig,
  TokenConfig,
  TargetGroupConfig,
  TlsConfig,
  TlsVersion,
} from "#traffic/application/config.ts";
import type { DesyncMode } from "#traffic/application/desync.ts";
import { asksClients } from "./actions.ts";
import { hasIpv6, isDualstack } from "./ip-address-type.ts";
import { readAssociations } from "./find.ts";
import { clientNames, inboundRules } from "#services/kit/load-balancing/firewall.ts";
import type { FunctionBridges } from "./functions/bridges.ts";
import { reachAs } from "./health/reach-target.ts";
import { readAddresses } from "./interfaces.ts";
import {
  listeners,
  rules,
  targetGroups,
  targets,
  trustStores,
  type ListenerRecord,
  type ListenerTlsRecord,
  type LoadBalancerRecord,
  type MutualRecord,
  type RuleRecord,
  type TargetGroupRecord,
  type TargetRecord,
  type TrustStoreRecord,
} from "./records.ts";
import { sslPolicies } from "./ssl-policies.ts";
import type { State } from "./state.ts";
import { isLeft } from "./zonal-shift.ts";
import { wallTime } from "#services/kit/load-balancing/wall-time.ts";

export interface BalancerRecords {
  balancer: LoadBalancerRecord;
  listeners: {
    record: ListenerRecord;
    rules: RuleRecord[];
    trustStore: TrustStoreRecord | undefined;
  }[];
  groups: { record: TargetGroupRecord; targets: TargetRecord[] }[];
  /** Private addresses of its network interfaces, by subnet. */
  addresses: InterfaceAddresses;
}

export async function readBalancer(
  tx: Transaction,
  scope: Scope,
  balancer: LoadBalancerRecord,
): Promise<BalancerRecords> {
  const addresses = (await readAddresses(tx, scope, balancer)) ?? {};
  const found: BalancerRecords = { balancer, listeners: [], groups: [], addresses };
  for (const record of await listeners.list(tx, scope, [balancer.name])) {
    const own = await rules.list(tx, scope, [balancer.name, record.id]);
    const trusted = record.tls?.mutual?.trustStoreArn;
    const trustStore =
      trusted && (await trustStores.get(tx, scope, readArn("trust store", trusted)[0]));
    found.listeners.push({
      record,
      rules: own.sort((a, b) => a.priority - b.priority),
      trustStore: trustStore || undefined,
    });
  }
  const groupArns = (await readAssociations(tx, scope)).groupsOf(balancer.name);
  for (const record of await targetGroups.list(tx, scope))
    if (groupArns.has(record.arn))
      found.groups.push({ record, targets: await targets.list(tx, scope, [record.name]) });
  return found;
}

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
  const ruleConfigs: RuleConfig[] = own.map((rule) => ({
    arn: rule.arn,
    priority: rule.priority,
    conditions: rule.conditions.map(conditionConfig),
    action: actionConfig(env, rule.actions),
    authentication: oidcConfig(env, rule.actions),
    token: tokenConfig(rule.actions),
    transforms: (rule.transforms ?? []).map(transformConfig),
  }));
  ruleConfigs.push({
    arn: record.defaultRuleArn,
    conditions: [],
    action: actionConfig(env, record.actions),
    authentication: oidcConfig(env, record.actions),
    token: tokenConfig(record.actions),
  });
  const serverHeader = "routing.http.response.server.enabled";
  return {
    arn: record.arn,
    port: record.port,
    bound: record.bound,
    tls: record.tls && (await tlsConfig(env, state, scope, record.tls, trustStore)),
    serverHeader: attributeOf(listenerAttributes, record.attributes, serverHeader) === "true",
    ...headerChanges(record.attributes),
    rules: ruleConfigs,
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

function conditionConfig(condition: RuleCondition): ConditionConfig {
  switch (condition.Field) {
    case "http-header": {
      const { HttpHeaderName = "", Values = [], RegexValues } = condition.HttpHeaderConfig!;
      const values = RegexValues ?? Values;
      return { field: "http-header", name: HttpHeaderName, values, regex: Boolean(RegexValues) };
    }
    case "query-string": {
      const pairs = condition.QueryStringConfig!.Values ?? [];
      return {
        field: "query-string",
        pairs: pairs.map(({ Key, Value }) => ({ key: Key, value: Value ?? "" })),
      };
    }
    case "http-request-method":
      return {
        field: "http-request-method",
        values: condition.HttpRequestMethodConfig!.Values ?? [],
      };
    case "source-ip":
      return { field: "source-ip", values: condition.SourceIpConfig!.Values ?? [] };
    case "host-header":
      return { field: "host-header", ...valuesOf(condition) };
    default:
      return { field: "path-pattern", ...valuesOf(condition) };
  }
}

function valuesOf({ Values, RegexValues }: RuleCondition) {
  return RegexValues ? { values: RegexValues, regex: true } : { values: Values ?? [] };
}

function transformConfig({ UrlRewriteConfig, HostHeaderRewriteConfig }: RuleTransform) {
  const [rewrite] = (UrlRewriteConfig ?? HostHeaderRewriteConfig)!.Rewrites!;
  return {
    of: UrlRewriteConfig ? ("url" as const) : ("host" as const),
    regex: rewrite!.Regex!,
    replacement: rewrite!.Replace!,
  };
}

function oidcConfig(env: Environment, actions: readonly Action[]): OidcConfig | undefined {
  const config = actions.find(({ Type }) => Type === "authenticate-oidc")?.AuthenticateOidcConfig;
  return (
    config && {
      issuer: config.Issuer!,
      authorizationEndpoint: config.AuthorizationEndpoint!,
      tokenEndpoint: config.TokenEndpoint!,
      userInfoEndpoint: config.UserInfoEndpoint!,
      clientId: config.ClientId!,
      clientSecret: config.ClientSecret!,
      cookieName: config.SessionCookieName!,
      scope: config.Scope!,
      sessionMs: wallTime(env.clock, config.SessionTimeout! * 1000),
      extraParams: config.AuthenticationRequestExtraParams ?? {},
      unauthenticated: config.OnUnauthenticatedRequest!,
    }
  );
}

function tokenConfig(actions: readonly Action[]): TokenConfig | undefined {
  const config = actions.find(({ Type }) => Type === "jwt-validation")?.JwtValidationConfig;
  return (
    config && {
      keySetUrl: config.JwksEndpoint!,
      issuer: config.Issuer!,
      claims: (config.AdditionalClaims ?? []).map(({ Name, Format, Values }) => ({
        name: Name!,
        format: Format!,
        values: Values!,
      })),
    }
  );
}

function actionConfig(env: Environment, actions: readonly Action[]): ActionConfig {
  const action = actions.find((one) => !asksClients(one));
  const { ForwardConfig, RedirectConfig, FixedResponseConfig } = action!;
  if (RedirectConfig)
    return {
      type: "redirect",
      status: RedirectConfig.StatusCode === "HTTP_301" ? 301 : 302,
      protocol: RedirectConfig.Protocol!,
      host: RedirectConfig.Host!,
      port: RedirectConfig.Port!,
      path: RedirectConfig.Path!,
      query: RedirectConfig.Query!,
    };
  if (FixedResponseConfig)
    return {
      type: "fixed-response",
      status: Number(FixedResponseConfig.StatusCode),
      contentType: FixedResponseConfig.ContentType ?? "text/plain",
      body: FixedResponseConfig.MessageBody ?? "",
    };
  const stickiness = ForwardConfig?.TargetGroupStickinessConfig;
  return {
    type: "forward",
    groups: (ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn, Weight }) => ({
      arn: TargetGroupArn!,
      weight: Weight ?? 1,
    })),
    stickinessMs: stickiness?.Enabled
      ? wallTime(env.clock, stickiness.DurationSeconds! * 1000)
      : undefined,
  };
}

async function targetGroupConfig(
  env: Environment,
  { functions }: State,
  scope: Scope,
  { record, targets: registered }: BalancerRecords["groups"][number],
  balancer: LoadBalancerRecord,
  zones: readonly string[],
): Promise<TargetGroupConfig> {
  const attribute = (key: string) => attributeOf(targetGroupAttributes, record.attributes, key);
  const seconds = (key: string) => wallTime(env.clock, Number(attribute(key)) * 1000);
  const configs = await Promise.all(
    registered.map((target) =>
      targetConfig(env, functions, scope, record, target, balancer, zones),
    ),
  );
  return {
    arn: record.arn,
    tls: record.protocol === "HTTPS",
    functions: record.targetType === "lambda",
    version: record.version ?? "HTTP1",
    algorithm: attribute("load_balancing.algorithm.type") as TargetGroupConfig["algorithm"],
    slowStartMs: seconds("slow_start.duration_seconds"),
    crossZone: attribute("load_balancing.cross_zone.enabled") !== "false",
    stickiness: stickinessOf(attribute, seconds),
    anomalyMitigation: attribute("load_balancing.algorithm.anomaly_mitigation") === "on",
    minimumHealthy: thresholdOf(record, "unhealthy_state_routing"),
    targets: configs.filter((config) => config !== undefined),
  };
}

/** How many targets must be healthy lest the action be taken; 0 for "off". */
export function thresholdOf(
  { attributes }: TargetGroupRecord,
  action: "dns_failover" | "unhealthy_state_routing",
): { count: number; percentage: number } {
  const number = (name: string) => {
    const key = `target_group_health.${action}.minimum_healthy_targets.${name}`;
    const value = attributeOf(targetGroupAttributes, attributes, key);
    return value === "off" ? 0 : Number(value);
  };
  return { count: number("count"), percentage: number("percentage") };
}

function stickinessOf(
  attribute: (key: string) => string,
  seconds: (key: string) => number,
): TargetGroupConfig["stickiness"] {
  if (attribute("stickiness.enabled") !== "true") return undefined;
  if (attribute("stickiness.type") === "lb_cookie")
    return { type: "lb_cookie", durationMs: seconds("stickiness.lb_cookie.duration_seconds") };
  return {
    type: "app_cookie",
    durationMs: seconds("stickiness.app_cookie.duration_seconds"),
    cookieName: attribute("stickiness.app_cookie.cookie_name"),
  };
}

async function targetConfig(
  env: Environment,
  functions: FunctionBridges,
  scope: Scope,
  group: TargetGroupRecord,
  target: TargetRecord,
  balancer: LoadBalancerRecord,
  zones: readonly string[],
): Promise<TargetConfig | undefined> {
  const { state } = target.health;
  if (state === "unused") return undefined;
  if (target.zone !== "all" && !zones.includes(target.zone)) return undefined;
  const healthyForMs = env.clock.now() - (target.healthySinceMs ?? env.clock.now());
  return {
    key: `${target.id}:${target.port}`,
    zone: target.zone,
    ...(await reachAs(env, scope, balancer, group, target, functions)),
    // Requests that are under way in a zone that is left come to their ends.
    state: isLeft(group, balancer, target)
      ? "draining"
      : state === "unhealthy.draining"
        ? "unhealthy"
        : state,
    healthyForMs: wallTime(env.clock, healthyForMs),
  };
}
