/** Brings a load balancer's records to the data plane, and what the data plane made of them back. */
import { refreshMs } from "#services/kit/load-balancing/certificates.ts";
import { isGuardKnown, unknownGuardMs } from "#services/kit/load-balancing/firewall.ts";
import { insideOf } from "#services/kit/load-balancing/reach.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import type { BoundAddress } from "#traffic/application/config.ts";
import { keepLog, logPlace, removeServed, startAccessLogs } from "../access-logs.ts";
import { configOf, isInService, type BalancerRecords } from "../balancer-config.ts";
import { isSecure } from "../listener-input.ts";
import { startMetrics } from "../metrics/sampler.ts";
import { senderOf } from "../interfaces.ts";
import { bindings, instances, interfaceHolders, loadBalancers } from "../records.ts";
import type { State } from "../state.ts";

export function loadBalancerReconciler(env: Environment, state: State): Reconciler {
  return {
    name: "elb/load-balancer",
    watches: [
      { collection: loadBalancers },
      { collection: instances, idOf: (id) => [String(id[0])] },
      { collection: interfaceHolders, idOf: (id) => [String(id[0])] },
    ],
    subscribe(wake) {
      state.wakeLoadBalancer = wake;
    },
    async reconcile(scope, [id]) {
      const name = String(id);
      const records = await env.store.transaction(
        async (tx): Promise<BalancerRecords | undefined> => {
          const balancer = await loadBalancers.get(tx, scope, name);
          const holder = balancer && (await interfaceHolders.get(tx, scope, name, balancer.id));
          return (
            balancer && {
              balancer,
              addresses: holder?.addresses ?? {},
              instances: await instances.list(tx, scope, [name]),
              bindings: await bindings.list(tx, scope, [balancer.id]),
            }
          );
        },
      );
      await removeOthers(scope, name, records?.balancer.id);
      if (!records) return undefined;
      const { balancer } = records;
      if (!isGuardKnown(env, scope, balancer)) return { afterMs: unknownGuardMs };
      const ports = balancer.listeners.map(({ port }) => port);
      const revision = state.guards.serve(balancer.id, scope, balancer, { name, ports }, () =>
        state.wakeLoadBalancer(scope, [name]),
      );
      const bound = await state
        .plane()
        .configureClassic(await configOf(env, scope, records, state));
      // Nothing is measured while nothing is served.
      startMetrics(env, state);
      startAccessLogs(env, state);
      const { dnsName } = balancer;
      await keepLog(env, state, balancer.id, { scope, name, dnsName, log: logPlace(balancer) });
      publish(records, bound, revision);
      await remember(scope, records, bound);
      const secure = balancer.listeners.some(({ protocol }) => isSecure(protocol));
      return secure ? { afterMs: refreshMs } : undefined;
    },
  };

  /** A load balancer that was deleted, and perhaps made anew under its name. */
  async function removeOthers(scope: Scope, name: string, present: string | undefined) {
    for (const [id, served] of state.served) {
      const { account, region } = served.scope;
      const same = served.name === name && account === scope.account && region === scope.region;
      if (!same || id === present) continue;
      state.guards.forget(id);
      env.traffic.fronts.delete(served.dnsName.toLowerCase());
      env.names.publish(ownerOf(id), undefined);
      await removeServed(env, state, id);
      state.served.delete(id);
      await env.store.transaction(async (tx) => {
        for (const { id: key } of await bindings.entries(tx, scope, [id]))
          bindings.delete(tx, scope, ...key);
      });
    }
  }

  function publish(
    { balancer, instances: registered, addresses }: BalancerRecords,
    bound: BoundAddress[],
    revision: number,
  ) {
    const { id, dnsName, listeners } = balancer;
    env.traffic.fronts.set(
      dnsName.toLowerCase(),
      listeners.map(({ port, protocol }, index) => ({
        port,
        host: bound[index]!.host,
        boundPort: bound[index]!.port,
        revision,
        // The gateway speaks HTTP: only listeners of HTTP, and TCP without TLS, understand it.
        secure: isSecure(protocol),
      })),
    );
    const sender = senderOf(balancer, addresses);
    // Before there is a listener it leads to where one will be.
    const hosts =
      bound.length === 0 ? [balancer.loopbackHost] : [...new Set(bound.map(({ host }) => host))];
    const inside = insideOf(env, balancer, sender, hosts);
    const healthy = registered.some(isInService);
    env.names.publish(ownerOf(id), {
      sender,
      names: [{ name: dnsName, addresses: hosts, inside, healthy }],
    });
  }

  async function remember(
    scope: Scope,
    { balancer, bindings: known }: BalancerRecords,
    bound: readonly BoundAddress[],
  ): Promise<void> {
    const changed = balancer.listeners
      .map(({ port }, index) => ({ port, bound: bound[index]! }))
      .filter(({ port, bound: { host, port: boundPort } }) => {
        const before = known.find((one) => one.port === port)?.bound;
        return before?.host !== host || before.port !== boundPort;
      });
    const ports = new Set(balancer.listeners.map(({ port }) => port));
    const gone = known.filter(({ port }) => !ports.has(port));
    if (changed.length + gone.length === 0) return;
    await env.store.transaction(async (tx) => {
      for (const { port } of gone) bindings.delete(tx, scope, balancer.id, port);
      for (const binding of changed) bindings.put(tx, scope, [balancer.id, binding.port], binding);
    });
    for (const { port, bound: place } of changed)
      env.log.info("a listener is bound", {
        loadBalancer: balancer.name,
        listener: port,
        ...place,
      });
  }
}

const ownerOf = (id: string) => `elb/${id}`;
