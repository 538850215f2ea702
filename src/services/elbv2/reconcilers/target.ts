/** Keeps a target's health: checks it at its interval while it is in use, ends its draining. */
import { isIPv6 } from "node:net";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import type { HealthCheckResult } from "#traffic/application/config.ts";
import { attributeOf } from "../attributes.ts";
import { deregistrationDelayMs } from "../deregistration.ts";
import { readAssociations } from "../find.ts";
import {
  checking,
  draining,
  drainUnhealthy,
  extend,
  healthAfter,
  invalidState,
  isSettled,
  notInUse,
  sameHealth,
  zoneNotEnabled,
} from "../health/plan.ts";
import { unchecked } from "../functions/target-groups.ts";
import { healthLine } from "../health/health-line.ts";
import { logsTo } from "../logs.ts";
import { forbiddingState, modelledCheck, reachAs, reachTarget } from "../health/reach-target.ts";
import { groupTable, isNetwork, isNetworkProtocol } from "../kinds.ts";
import {
  checkPreface,
  frontHostOf,
  newestChecked,
  withoutCause,
} from "../network-load-balancers/health-checks.ts";
import {
  listeners,
  loadBalancers,
  targetGroups,
  targets,
  type LoadBalancerRecord,
  type TargetGroupRecord,
  type TargetHealthRecord,
  type TargetRecord,
} from "../records.ts";
import type { State } from "../state.ts";

/** How often it is looked whether an instance that is not checked is still there. */
const idleLookMs = 30_000;

interface Situation {
  target: TargetRecord;
  group: TargetGroupRecord;
  /** Zones of the load balancers that use the group; undefined when none does. */
  zones: Set<string> | undefined;
  /** Those that use the group; it is checked from the address of the first. */
  balancers: LoadBalancerRecord[];
  /** What HTTP checks of a network load balancer name as their host. */
  frontHost?: string | undefined;
}

export function targetReconciler(env: Environment, state: State): Reconciler {
  return {
    name: "elbv2/target",
    watches: [{ collection: targets }],
    subscribe(wake) {
      state.wakeTarget = wake;
    },
    async reconcile(scope, id) {
      const key = JSON.stringify([scope.account, scope.region, ...id]);
      const situation = await look(scope, id as string[]);
      if (!situation) {
        state.reaches.delete(key);
        return void state.streaks.delete(key);
      }
      const { target, group, zones } = situation;
      const nowMs = env.clock.now();
      if (target.drainingUntilMs !== undefined) {
        state.streaks.delete(key);
        return endDraining(scope, id as string[], target.drainingUntilMs, nowMs);
      }
      const idle = idleHealth(target, zones);
      if (idle) {
        state.streaks.delete(key);
        if ((await forbiddingState(env, scope, group, target)) === "terminated")
          return deregister(scope, id as string[], situation, nowMs);
        await record(scope, id as string[], target, idle);
        return group.targetType === "instance"
          ? { afterMs: idleLookMs, isSteady: sameHealth(target.health, idle) }
          : undefined;
      }
      if (group.healthCheck.isDisabled) {
        state.streaks.delete(key);
        return record(scope, id as string[], target, unchecked);
      }
      const intervalMs = group.healthCheck.intervalSeconds * 1000;
      const streak = state.streaks.get(key);
      if (streak && nowMs < streak.checkedMs + intervalMs)
        return { afterMs: streak.checkedMs + intervalMs - nowMs };
      let current = target;
      const { health: before } = target;
      if (
        before.state === "unused" ||
        (before.state === "initial" && before.reason !== checking.reason)
      ) {
        await record(scope, id as string[], target, checking);
        current = { ...target, health: checking };
      }
      const verdict = await check(scope, key, situation);
      let health: TargetHealthRecord;
      let isSteady = false;
      if ("forbidden" in verdict) {
        if (verdict.forbidden === "terminated")
          return deregister(scope, id as string[], situation, nowMs);
        health = invalidState(verdict.forbidden);
        isSteady = leavesNoTrace(group, situation.balancers);
        state.streaks.set(key, { healthy: false, length: 0, checkedMs: nowMs });
      } else {
        const result = isNetworkProtocol(group.protocol) ? withoutCause(verdict) : verdict;
        const extended = extend(streak, result, nowMs);
        state.streaks.set(key, extended);
        health = healthAfter(current.health, extended, result, group.healthCheck);
        isSteady =
          isSettled(health, extended, group.healthCheck) &&
          leavesNoTrace(group, situation.balancers);
      }
      const drained = drainUnhealthy(current, health, unhealthyIntervalMs(group), nowMs);
      await record(scope, id as string[], current, drained.health, drained.untilMs);
      return {
        afterMs: intervalMs,
        isSteady: isSteady && sameHealth(target.health, drained.health),
      };
    },
  };

  function look(scope: Scope, [name, id, port]: readonly (string | number)[]) {
    return env.store.transaction(async (tx): Promise<Situation | undefined> => {
      const target = await targets.get(tx, scope, name!, id!, port!);
      const group = await targetGroups.get(tx, scope, name!);
      if (!target || !group) return undefined;
      const names = (await readAssociations(tx, scope)).balancersOf(group.arn);
      if (names.size === 0) return { target, group, zones: undefined, balancers: [] };
      const zones = new Set<string>();
      const balancers: LoadBalancerRecord[] = [];
      for (const balancerName of names) {
        const balancer = await loadBalancers.get(tx, scope, balancerName);
        for (const { zoneName } of balancer?.zones ?? []) zones.add(zoneName);
        if (balancer) balancers.push(balancer);
      }
      const front = balancers.find(isNetwork);
      const frontHost =
        front && frontHostOf(front, await listeners.list(tx, scope, [front.name]), group, target);
      return { target, group, zones, balancers, frontHost };
    });
  }

  async function check(
    scope: Scope,
    key: string,
    { group, target, balancers, frontHost }: Situation,
  ): Promise<HealthCheckResult | { forbidden: string }> {
    const { healthCheck } = group;
    const port = healthCheck.port === "traffic-port" ? target.port : Number(healthCheck.port);
    const reach = await reachTarget(env, scope, group, target.id, port, state.functions);
    await noteReach(scope, key, group, JSON.stringify(reach ?? null));
    const [balancer] = balancers;
    const { reach: reached, blocked } = balancer
      ? await reachAs(env, scope, balancer, group, { id: target.id, port }, state.functions)
      : { reach };
    // Whatever the balancer may not send would be lost.
    if (blocked) return { healthy: false, reason: "timeout" };
    if (reach && reached) {
      const timeoutMs = healthCheck.timeoutSeconds * 1000;
      const plane = state.plane();
      const preface = checkPreface(group);
      const check = () =>
        healthCheck.protocol === "TCP"
          ? plane.checkTcp({ reach: reached, timeoutMs, preface })
          : plane.check({
              reach: reached,
              tls: healthCheck.protocol === "HTTPS",
              version: group.version ?? "HTTP1",
              host:
                frontHost ??
                authorityOf(
                  "path" in reach ? target.id : reach.host,
                  port,
                  healthCheck.protocol === "HTTPS" ? 443 : 80,
                ),
              path: healthCheck.path,
              matcher: healthCheck.matcher,
              timeoutMs,
              preface,
              maxVersion: isNetworkProtocol(group.protocol) ? newestChecked : undefined,
            });
      const [startedMs, sinceMs] = [env.clock.now(), env.clock.wall.monotonic()];
      const result = await check();
      const latencyMs = env.clock.wall.monotonic() - sinceMs;
      for (const balancer of balancers)
        if (logsTo(balancer.attributes, "health-check"))
          state.healthLines.push({
            arn: balancer.arn,
            kind: "health-check",
            zone: target.zone,
            lines: [healthLine({ balancer, group, target, port, startedMs, latencyMs, result })],
          });
      if (result.healthy) return result;
      const forbidden = await forbiddingState(env, scope, group, target);
      return forbidden === undefined ? result : { forbidden };
    }
    // A load balancer that is gone, or has no listener there any more.
    if (group.targetType === "alb") return { healthy: false, reason: "failed" };
    const forbidden = await forbiddingState(env, scope, group, target);
    return forbidden === undefined ? modelledCheck(env, target) : { forbidden };
  }

  /** A machine that came back elsewhere is news for the data plane even when its health is the same. */
  async function noteReach(
    scope: Scope,
    key: string,
    group: TargetGroupRecord,
    reach: string,
  ): Promise<void> {
    const before = state.reaches.get(key);
    state.reaches.set(key, reach);
    if (before === undefined || before === reach) return;
    const names = await env.store.transaction(async (tx) =>
      (await readAssociations(tx, scope)).balancersOf(group.arn),
    );
    for (const name of names) state.wakeLoadBalancer(scope, [name]);
  }

  /** A terminated instance is deregistered; in a group that is not in use it has nothing to drain. */
  async function deregister(
    scope: Scope,
    [name, id, port]: readonly (string | number)[],
    { target, group, zones }: Situation,
    nowMs: number,
  ): Promise<undefined> {
    const delayMs = deregistrationDelayMs(group);
    await env.store.transaction(async (tx) => {
      const present = await targets.get(tx, scope, name!, id!, port!);
      if (present?.registeredMs !== target.registeredMs || present.drainingUntilMs) return;
      if (!zones || delayMs === 0) targets.delete(tx, scope, name!, id!, port!);
      else
        targets.put(tx, scope, [name!, id!, port!], {
          ...present,
          health: draining,
          drainingUntilMs: nowMs + delayMs,
          isTerminated: true,
        });
    });
  }

  async function endDraining(
    scope: Scope,
    [name, id, port]: readonly (string | number)[],
    untilMs: number,
    nowMs: number,
  ) {
    if (nowMs < untilMs) return { afterMs: untilMs - nowMs };
    await env.store.transaction(async (tx) => {
      const present = await targets.get(tx, scope, name!, id!, port!);
      // It may have been registered again meanwhile.
      if (present?.drainingUntilMs === untilMs) targets.delete(tx, scope, name!, id!, port!);
    });
    return undefined;
  }

  async function record(
    scope: Scope,
    id: readonly (string | number)[],
    seen: TargetRecord,
    health: TargetHealthRecord,
    unhealthyDrainingUntilMs?: number,
  ): Promise<void> {
    if (sameHealth(seen.health, health)) return;
    const nowMs = env.clock.now();
    await env.store.transaction(async (tx) => {
      const present = await targets.get(tx, scope, ...id);
      // What was registered anew or deregistered while the check ran is another matter.
      if (!present || present.registeredMs !== seen.registeredMs || present.drainingUntilMs) return;
      const since = health.state === "healthy" ? (present.healthySinceMs ?? nowMs) : undefined;
      const { healthySinceMs: _since, unhealthyDrainingUntilMs: _until, ...rest } = present;
      targets.put(tx, scope, id, {
        ...rest,
        health,
        ...(since !== undefined && { healthySinceMs: since }),
        ...(unhealthyDrainingUntilMs !== undefined && { unhealthyDrainingUntilMs }),
      });
    });
  }
}

/** Checks of functions and of load balancers are requests that their metrics count; a log has a line for each. */
function leavesNoTrace(
  { targetType }: TargetGroupRecord,
  balancers: readonly LoadBalancerRecord[],
): boolean {
  return (
    targetType !== "lambda" &&
    targetType !== "alb" &&
    !balancers.some(({ attributes }) => logsTo(attributes, "health-check"))
  );
}

/** As Host tells it: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#target-not-inservice */
function authorityOf(host: string, port: number, usualPort: number): string {
  const name = isIPv6(host) ? `[${host}]` : host;
  return port === usualPort ? name : `${name}:${port}`;
}

/** How long flows of an unhealthy target live on. */
function unhealthyIntervalMs(group: TargetGroupRecord): number {
  if (!isNetworkProtocol(group.protocol)) return 0;
  const key = "target_health_state.unhealthy.draining_interval_seconds";
  return Number(attributeOf(groupTable(group), group.attributes, key)) * 1000;
}

/** What a target is while it is not checked; undefined when it is. */
function idleHealth(
  target: TargetRecord,
  zones: Set<string> | undefined,
): TargetHealthRecord | undefined {
  if (!zones) return notInUse;
  return target.zone === "all" || zones.has(target.zone) ? undefined : zoneNotEnabled;
}
