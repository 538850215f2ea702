/** Brings a load balancer's records to the data plane, and what the data plane made of them back. */
import { refreshMs } from "#services/kit/load-balancing/certificates.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { configOf } from "../balancer-config.ts";
import { readBalancer, type BalancerRecords } from "../balancer-records.ts";
import { thresholdOf } from "../target-group-config.ts";
import type { BoundListener } from "#traffic/application/config.ts";
import { writeState } from "../set-up.ts";
import {
  interfaceHolders,
  listeners,
  loadBalancers,
  rules,
  trustStores,
  type LoadBalancerRecord,
} from "../records.ts";
import { insideOf } from "#services/kit/load-balancing/reach.ts";
import { isGuardKnown, unknownGuardMs } from "#services/kit/load-balancing/firewall.ts";
import { addressesOf } from "../ip-address-type.ts";
import { senderOf } from "../interfaces.ts";
import { isNetwork } from "../kinds.ts";
import { keepLogs, logPlaces, removeServed } from "../logs.ts";
import { healthStates } from "../metrics/health-states.ts";
import { serveNetwork } from "../network-load-balancers/serve.ts";
import type { State } from "../state.ts";
import { allowsShift, followZones, shiftLookMs } from "../zonal-shift.ts";

export function loadBalancerReconciler(env: Environment, state: State): Reconciler {
  const byName = (id: readonly unknown[]) => [String(id[0])];
  return {
    name: "elbv2/load-balancer",
    watches: [
      { collection: loadBalancers },
      { collection: listeners, idOf: byName },
      { collection: rules, idOf: byName },
      { collection: interfaceHolders, idOf: byName },
      // Whose listeners use it is found by looking; changes of trust stores are rare.
      { collection: trustStores, idOf: () => [] },
    ],
    subscribe(wake) {
      state.wakeLoadBalancer = wake;
    },
    async reconcile(scope, [name]) {
      if (name === undefined) return wakeAll(scope);
      const records = await env.store.transaction(async (tx) => {
        const balancer = await loadBalancers.get(tx, scope, String(name));
        return balancer && (await readBalancer(tx, scope, balancer));
      });
      await removeOthers(scope, String(name), records?.balancer.arn);
      if (!records) return undefined;
      if (records.isFailed) return giveUp(scope, records.balancer);
      wakeTargets(scope, records);
      const balancer = await followZones(env, scope, records.balancer);
      records.balancer = balancer;
      if (!isGuardKnown(env, scope, balancer)) return { afterMs: unknownGuardMs };
      const ports = records.listeners.map(({ record }) => record.port);
      const served = { name: balancer.name, ports };
      const revision = state.guards.serve(balancer.arn, scope, balancer, served, () =>
        state.wakeLoadBalancer(scope, [balancer.name]),
      );
      if (isNetwork(balancer)) return serveNetwork(env, scope, records, state, revision);
      const bound = await state.plane().configure(await configOf(env, scope, records, state));
      const { arn, dnsName } = balancer;
      const logs = logPlaces(balancer);
      await keepLogs(env, state, arn, { scope, name: balancer.name, dnsName, logs });
      env.traffic.fronts.set(
        dnsName.toLowerCase(),
        records.listeners.map(({ record }, index) => ({
          secure: record.protocol === "HTTPS",
          port: record.port,
          host: bound[index]!.host,
          boundPort: bound[index]!.port,
          revision,
        })),
      );
      const sender = senderOf(balancer, records.addresses);
      const addresses = addressesOf(
        balancer,
        balancer.loopbackHost,
        records.listeners.map(({ record }, index) => ({ port: record.port, bound: bound[index] })),
      );
      const inside = insideOf(env, balancer, sender, addresses);
      const healthy = isHealthyTarget(records);
      const names = [{ name: balancer.dnsName, addresses, inside, healthy }];
      env.names.publish(balancer.arn, { sender, names });
      const ids = records.listeners.map(({ record }) => record.id);
      await remember(scope, balancer, ids, bound);
      const secure = records.listeners.some(({ record }) => record.tls);
      if (allowsShift(balancer)) return { afterMs: shiftLookMs };
      return secure ? { afterMs: refreshMs } : undefined;
    },
  };

  /** Targets of a zone that the load balancer came to, or left, come into use or fall out of it. */
  function wakeTargets(scope: Scope, { balancer, groups }: BalancerRecords): void {
    const zones = String(balancer.zones.map(({ zoneName }) => zoneName).toSorted());
    const before = state.zones.get(balancer.arn);
    state.zones.set(balancer.arn, zones);
    if (before === undefined || before === zones) return;
    for (const { record, targets } of groups)
      for (const { id, port } of targets) state.wakeTarget(scope, [record.name, id, port]);
  }

  async function giveUp(scope: Scope, balancer: LoadBalancerRecord): Promise<void> {
    await env.store.transaction((tx) => writeState(tx, scope, balancer));
    await removeOthers(scope, balancer.name, undefined);
  }

  async function wakeAll(scope: Scope): Promise<void> {
    const all = await env.store.transaction((tx) => loadBalancers.list(tx, scope));
    for (const balancer of all) state.wakeLoadBalancer(scope, [balancer.name]);
  }

  /** A load balancer that was deleted, and perhaps made anew under its name. */
  async function removeOthers(scope: Scope, name: string, present: string | undefined) {
    for (const [arn, served] of state.served) {
      const { account, region } = served.scope;
      const same = served.name === name && account === scope.account && region === scope.region;
      if (!same || arn === present) continue;
      state.zones.delete(arn);
      state.guards.forget(arn);
      env.traffic.fronts.delete(served.dnsName.toLowerCase());
      env.names.publish(arn, undefined);
      await removeServed(env, state, arn);
      state.served.delete(arn);
    }
  }

  async function remember(
    scope: Scope,
    balancer: LoadBalancerRecord,
    ids: readonly string[],
    bound: readonly BoundListener[],
  ): Promise<void> {
    const { name } = balancer;
    await env.store.transaction(async (tx) => {
      await writeState(tx, scope, balancer);
      for (const [index, id] of ids.entries()) {
        const listener = await listeners.get(tx, scope, name, id);
        const own = bound[index]!;
        if (!listener || JSON.stringify(listener.bound) === JSON.stringify(own)) continue;
        env.log.info("a listener is bound", { listener: listener.arn, ...own });
        listeners.put(tx, scope, [name, id], { ...listener, bound: own });
      }
    });
  }
}

/**
 * As records that are aliases for it judge a load balancer: every target group that has targets reaches, in a
 * zone at least, what it demands for DNS.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health.html
 */
function isHealthyTarget({ groups }: BalancerRecords): boolean {
  const used = groups.filter(({ targets }) => targets.length > 0);
  return (
    used.length > 0 &&
    used.every(({ record, targets }) => {
      const hosts = targets.map(({ zone, health }) => ({
        zone,
        healthy: health.state === "healthy",
      }));
      const zones = [...new Set(hosts.map(({ zone }) => zone))];
      const states = healthStates(hosts, zones, thresholdOf(record, "dns_failover"));
      return states.some(({ healthy }) => healthy);
    })
  );
}
