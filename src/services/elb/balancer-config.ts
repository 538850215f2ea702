/** From records to what the data plane is told. */
import type { InterfaceAddresses } from "#services/kit/load-balancing/interfaces/keep.ts";
import { certificateOf } from "#services/kit/load-balancing/certificates.ts";
import { clientNames, inboundRules } from "#services/kit/load-balancing/firewall.ts";
import { wallTime } from "#services/kit/load-balancing/wall-time.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { TlsConfig } from "#traffic/application/config.ts";
import type {
  BackendTls,
  ClassicBalancerConfig,
  ClassicInstanceConfig,
  ClassicListenerConfig,
  ClassicStickiness,
} from "#traffic/classic/config.ts";
import { inService } from "./health/descriptions.ts";
import { isSecure } from "./listener-input.ts";
import { publicKeyOf } from "./policy-input.ts";
import {
  appCookieType,
  backendType,
  balancerCookieType,
  proxyProtocolType,
} from "./policy-types.ts";
import type {
  BindingRecord,
  InstanceRecord,
  ListenerRecord,
  LoadBalancerRecord,
  PolicyRecord,
} from "./records.ts";
import { reachInstance } from "./health/reach-instance.ts";
import { defaultNegotiation, negotiationOf } from "./security-config.ts";
import { negotiationType } from "./security-policies.ts";
import { policyAttribute } from "./shapes.ts";
import type { State } from "./state.ts";

export interface BalancerRecords {
  balancer: LoadBalancerRecord;
  instances: InstanceRecord[];
  bindings: BindingRecord[];
  /** Private addresses of its network interfaces, by subnet. */
  addresses: InterfaceAddresses;
}

export async function configOf(
  env: Environment,
  scope: Scope,
  { balancer, instances, bindings }: BalancerRecords,
  state: State,
): Promise<ClassicBalancerConfig> {
  const { attributes } = balancer;
  return {
    id: balancer.id,
    name: balancer.name,
    loopbackHost: balancer.loopbackHost,
    inbound: inboundRules(env, scope, balancer),
    clientNames: clientNames(env, scope, balancer),
    zones: nodeZones(balancer, instances),
    crossZone: attributes.crossZone,
    // A connection's idle timeout is wall time.
    idleTimeoutMs: attributes.idleTimeoutSeconds * 1000,
    secret: balancer.secret,
    desync: attributes.desyncMode,
    accessLog: attributes.accessLog !== undefined,
    cutsUnhealthy: !attributes.draining.enabled,
    listeners: await Promise.all(
      balancer.listeners.map((listener) =>
        listenerConfig(env, state, scope, balancer, listener, bindings),
      ),
    ),
    instances: await Promise.all(
      instances.map((instance) => instanceConfig(env, scope, balancer, instance)),
    ),
  };
}

/**
 * Names lead to no node that has nobody to send to: without cross-zone balancing those are the nodes in
 * zones without an instance in service, unless it is all of them.
 */
function nodeZones(
  { subnets, attributes }: LoadBalancerRecord,
  instances: readonly InstanceRecord[],
): string[] {
  const zones = subnets.map(({ zone }) => zone);
  if (attributes.crossZone) return zones;
  const serving = zones.filter((zone) =>
    instances.some((instance) => instance.zone === zone && isInService(instance)),
  );
  return serving.length > 0 ? serving : zones;
}

export function isInService({ health, drainingUntilMs }: InstanceRecord): boolean {
  return drainingUntilMs === undefined && health.state === inService.state;
}

async function listenerConfig(
  env: Environment,
  state: State,
  scope: Scope,
  balancer: LoadBalancerRecord,
  listener: ListenerRecord,
  bindings: readonly BindingRecord[],
): Promise<ClassicListenerConfig> {
  const policies = listener.policies
    .map((name) => balancer.policies.find((policy) => policy.name === name))
    .filter((policy) => policy !== undefined);
  const { certificate, instancePort } = listener;
  const names = balancer.backends.find(({ port }) => port === instancePort)?.policies ?? [];
  const own = balancer.policies.filter(({ name }) => names.includes(name));
  return {
    port: listener.port,
    protocol: listener.protocol,
    bound: bindings.find(({ port }) => port === listener.port)?.bound,
    tls:
      certificate === undefined || !isSecure(listener.protocol)
        ? undefined
        : await tlsConfig(env, state, scope, certificate, policies),
    instancePort,
    backend: isSecure(listener.instanceProtocol) ? backendTls(balancer, own) : undefined,
    proxyProtocol: own.some(
      (policy) =>
        policy.type === proxyProtocolType &&
        policyAttribute(policy, "ProxyProtocol")?.toLowerCase() === "true",
    ),
    stickiness: stickinessOf(env, policies),
  };
}

async function tlsConfig(
  env: Environment,
  state: State,
  scope: Scope,
  certificate: string,
  policies: readonly PolicyRecord[],
): Promise<TlsConfig> {
  const policy = policies.find(({ type }) => type === negotiationType);
  return {
    certificates: [await certificateOf(env, state.certificates, scope, certificate)],
    ...((policy && negotiationOf(policy)) ?? defaultNegotiation()),
    mutual: undefined,
  };
}

/** An instance may show a key of any of a port's policies. */
export function backendTls(
  { policies }: Pick<LoadBalancerRecord, "policies">,
  own: readonly PolicyRecord[],
): BackendTls {
  const authentications = own.filter(({ type }) => type === backendType);
  if (authentications.length === 0) return { trustedKeys: undefined };
  const names = authentications.flatMap(({ attributes }) => attributes.map(({ value }) => value));
  const keys = policies
    .filter(({ name }) => names.includes(name))
    .map((policy) => publicKeyOf(policyAttribute(policy, "PublicKey") ?? ""));
  return {
    trustedKeys: keys.map((key) => key.export({ type: "spki", format: "der" }).toString("base64")),
  };
}

function stickinessOf(
  env: Environment,
  policies: readonly PolicyRecord[],
): ClassicStickiness | undefined {
  for (const policy of policies) {
    if (policy.type === appCookieType)
      return { type: "application", cookieName: policyAttribute(policy, "CookieName")! };
    if (policy.type === balancerCookieType) {
      const seconds = Number(policyAttribute(policy, "CookieExpirationPeriod") ?? 0);
      const durationMs = seconds > 0 ? wallTime(env.clock, seconds * 1000) : undefined;
      return { type: "balancer", durationMs };
    }
  }
  return undefined;
}

async function instanceConfig(
  env: Environment,
  scope: Scope,
  balancer: LoadBalancerRecord,
  instance: InstanceRecord,
): Promise<ClassicInstanceConfig> {
  const { listeners, subnets } = balancer;
  const reaches: ClassicInstanceConfig["reaches"] = {};
  for (const { instancePort } of listeners)
    reaches[instancePort] ??= (
      await reachInstance(env, scope, balancer, instance.id, instancePort)
    ).reach;
  const enabled = subnets.some(({ zone }) => zone === instance.zone);
  const state =
    instance.drainingUntilMs !== undefined
      ? "draining"
      : enabled && isInService(instance)
        ? "in-service"
        : "out-of-service";
  return { id: instance.id, zone: instance.zone, state, reaches };
}
