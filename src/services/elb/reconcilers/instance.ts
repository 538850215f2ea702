/** Keeps an instance's health: checks it at the load balancer's interval, ends its draining. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { inState, notYetHealthy, registering, zoneNotEnabled } from "../health/descriptions.ts";
import { parseTarget } from "../health-check-input.ts";
import { reachInstance } from "../health/reach-instance.ts";
import { extend, healthAfter, isSettled, sameHealth } from "../health/plan.ts";
import { describeInstance } from "../network.ts";
import {
  instances,
  loadBalancers,
  type InstanceHealth,
  type InstanceRecord,
  type LoadBalancerRecord,
} from "../records.ts";
import type { State } from "../state.ts";

/** How often it is looked whether an instance has finished what it had, cloud time. */
const drainingLookMs = 2000;

export function instanceReconciler(env: Environment, state: State): Reconciler {
  return {
    name: "elb/instance",
    watches: [
      { collection: instances },
      // A load balancer's health check or zones may have changed: its instances are found by looking.
      { collection: loadBalancers, idOf: (id) => [id[0]!] },
    ],
    subscribe(wake) {
      state.wakeInstance = wake;
    },
    async reconcile(scope, [name, id]) {
      if (id === undefined) return wakeAll(scope, String(name));
      const key = JSON.stringify([scope.account, scope.region, name, id]);
      const found = await look(scope, String(name), String(id));
      if (!found) {
        state.reaches.delete(key);
        return void state.streaks.delete(key);
      }
      const { balancer, instance } = found;
      const nowMs = env.clock.now();
      if (instance.drainingUntilMs !== undefined) {
        state.streaks.delete(key);
        return endDraining(scope, balancer, instance, nowMs);
      }
      const intervalMs = balancer.healthCheck.intervalSeconds * 1000;
      const streak = state.streaks.get(key);
      // An instance that was registered anew is checked anew.
      const due = streak && instance.health.description !== registering.description;
      if (due && nowMs < streak.checkedMs + intervalMs)
        return { afterMs: streak.checkedMs + intervalMs - nowMs };
      if (!balancer.subnets.some(({ zone }) => zone === instance.zone)) {
        state.streaks.set(key, { passed: false, length: 0, checkedMs: nowMs });
        await record(scope, balancer.name, instance, zoneNotEnabled);
        return { afterMs: intervalMs, isSteady: sameHealth(instance.health, zoneNotEnabled) };
      }
      const passed = await check(scope, key, found);
      // Only one that does not answer may be stopped or gone.
      const facts = passed ? undefined : await describeInstance(env, scope, instance.id);
      if (!passed && (!facts || facts.state === "terminated"))
        return forget(scope, balancer.name, instance);
      if (facts && facts.state !== "running" && facts.state !== "pending") {
        state.streaks.set(key, { passed: false, length: 0, checkedMs: nowMs });
        const idle = inState(facts.state);
        await record(scope, balancer.name, instance, idle);
        return { afterMs: intervalMs, isSteady: sameHealth(instance.health, idle) };
      }
      const extended = extend(due ? streak : undefined, passed, nowMs);
      state.streaks.set(key, extended);
      const { health: before } = instance;
      // Whatever kept it out before, from now on its checks decide.
      const present = sameHealth(before, registering) || isIdle(before) ? notYetHealthy : before;
      const health = healthAfter(present, extended, balancer.healthCheck);
      await record(scope, balancer.name, instance, health);
      const isSteady =
        sameHealth(before, health) && isSettled(health, extended, balancer.healthCheck);
      return { afterMs: intervalMs, isSteady };
    },
  };

  async function wakeAll(scope: Scope, name: string): Promise<void> {
    const all = await env.store.transaction((tx) => instances.list(tx, scope, [name]));
    for (const { id } of all) state.wakeInstance(scope, [name, id]);
  }

  function look(scope: Scope, name: string, id: string) {
    return env.store.transaction(async (tx) => {
      const balancer = await loadBalancers.get(tx, scope, name);
      const instance = await instances.get(tx, scope, name, id);
      return balancer && instance && { balancer, instance };
    });
  }

  async function check(
    scope: Scope,
    key: string,
    { balancer, instance }: { balancer: LoadBalancerRecord; instance: InstanceRecord },
  ): Promise<boolean> {
    const { protocol, port, path } = parseTarget(balancer.healthCheck.target);
    const { reach, blocked } = await reachInstance(env, scope, balancer, instance.id, port);
    const known = JSON.stringify(reach ?? null);
    // A machine that came back elsewhere is news for the data plane even when its health is the same.
    if (state.reaches.has(key) && state.reaches.get(key) !== known)
      state.wakeLoadBalancer(scope, [balancer.name]);
    state.reaches.set(key, known);
    if (reach)
      return state.plane().checkClassic({
        id: balancer.id,
        zone: instance.zone,
        protocol,
        reach,
        host: "path" in reach ? `${instance.id}:${port}` : `${reach.host}:${reach.port}`,
        path,
        timeoutMs: balancer.healthCheck.timeoutSeconds * 1000,
      });
    // Whatever the balancer may not send would be lost.
    if (blocked) return false;
    // Simulated machines answer when they run; any other machine without an address refuses.
    if (env.compute.name !== "simulated") return false;
    return (await env.compute.observe(instance.id)).state === "running";
  }

  /** "When the de-registering instance is finished serving all in-flight requests, or when the maximum timeout limit is reached." */
  async function endDraining(
    scope: Scope,
    { id: balancerId, name }: LoadBalancerRecord,
    instance: InstanceRecord,
    nowMs: number,
  ) {
    const untilMs = instance.drainingUntilMs!;
    const underWay = await state.presentPlane?.underWayClassic({
      id: balancerId,
      instanceId: instance.id,
    });
    if (nowMs < untilMs && underWay !== 0)
      return { afterMs: Math.min(untilMs - nowMs, drainingLookMs) };
    await env.store.transaction(async (tx) => {
      const present = await instances.get(tx, scope, name, instance.id);
      // It may have been registered again meanwhile.
      if (present?.drainingUntilMs === untilMs) instances.delete(tx, scope, name, instance.id);
    });
    return undefined;
  }

  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-deregister-register-instances.html */
  async function forget(scope: Scope, name: string, seen: InstanceRecord): Promise<void> {
    await env.store.transaction(async (tx) => {
      const present = await instances.get(tx, scope, name, seen.id);
      if (present?.registeredMs === seen.registeredMs) instances.delete(tx, scope, name, seen.id);
    });
  }

  async function record(
    scope: Scope,
    name: string,
    seen: InstanceRecord,
    health: InstanceHealth,
  ): Promise<void> {
    if (sameHealth(seen.health, health)) return;
    await env.store.transaction(async (tx) => {
      const present = await instances.get(tx, scope, name, seen.id);
      // What was registered anew or deregistered while the check ran is another matter.
      if (present?.registeredMs !== seen.registeredMs || present.drainingUntilMs !== undefined)
        return;
      instances.put(tx, scope, [name, seen.id], { ...present, health });
    });
  }
}

/** Kept out for another reason than its checks. */
function isIdle({ description }: InstanceHealth): boolean {
  return description === zoneNotEnabled.description || description.endsWith(" state.");
}
