/** Runs health checks, one step for each: asks the endpoint, the children or the alarm, and tells the DNS server. */
import type { Reach } from "#compute/driver.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { findAlarm } from "../health/alarm.ts";
import { probe, type ProbeResult } from "../health/probe.ts";
import { findEndpoint } from "../health/reach.ts";
import { healthChecks, healthStatuses, type HealthCheckRecord } from "../records.ts";
import type { State } from "../state.ts";
import { effectiveHealth, planHealth } from "./health-plan.ts";

/** Calculated health checks and alarms are looked at so often. */
const derivedIntervalMs = 10_000;

export function healthCheckReconciler(env: Environment, state: State): Reconciler {
  return {
    name: "route53/health-check",
    watches: [{ collection: healthChecks }],
    subscribe(wake) {
      state.wakeHealthCheck = wake;
    },
    async reconcile(scope, [key]) {
      const id = String(key);
      const { check, status } = await env.store.transaction(async (tx) => ({
        check: await healthChecks.get(tx, scope, id),
        status: await healthStatuses.get(tx, scope, id),
      }));
      if (!check) {
        state.observations.delete(id);
        if (state.health.delete(id)) await tell(state);
        return;
      }
      const { config } = check;
      const present = state.observations.get(id);
      const before = {
        healthy: status?.healthy ?? true,
        against: present?.against ?? 0,
        lastFailure: present?.lastFailure ?? status?.lastFailure,
      };
      if (config.Disabled) {
        await decide(scope, check, before.healthy, status?.healthy);
        return;
      }
      const intervalMs = (config.RequestInterval ?? 0) * 1000 || derivedIntervalMs;
      const sinceMs = present ? env.clock.now() - present.checkedMs : intervalMs;
      // A change of something else woke this one before its time.
      const derived = config.Type === "CALCULATED" || config.Type === "CLOUDWATCH_METRIC";
      if (sinceMs < intervalMs && !derived) {
        await decide(scope, check, before.healthy, status?.healthy);
        return { afterMs: intervalMs - sinceMs };
      }
      const { leavesTrace, ...result } = await look(scope, check, before.healthy);
      const next = planHealth(before, result.healthy, derived ? 1 : (config.FailureThreshold ?? 3));
      const checkedMs = env.clock.now();
      state.observations.set(id, {
        ...result,
        checkedMs,
        against: next.against,
        timing: result.timing,
        lastFailure: result.healthy ? before.lastFailure : { report: result.report, checkedMs },
      });
      await decide(scope, check, next.healthy, status?.healthy);
      // Alarms come and go without a reconciler's knowing.
      const isSteady =
        result.healthy === status?.healthy &&
        before.against === 0 &&
        config.Type !== "CLOUDWATCH_METRIC" &&
        !leavesTrace;
      return { afterMs: intervalMs, isSteady };
    },
  };

  async function look(
    scope: Scope,
    check: HealthCheckRecord,
    present: boolean,
  ): Promise<ProbeResult & { leavesTrace?: boolean }> {
    const { config } = check;
    if (config.Type === "CALCULATED") {
      const children = config.ChildHealthChecks ?? [];
      const healthy = children.filter((child) => state.health.get(child) ?? true).length;
      const enough = healthy >= (config.HealthThreshold ?? 0);
      return {
        healthy: enough,
        report: `${enough ? "Success" : "Failure"}: ${healthy} of ${children.length} child health checks are healthy`,
      };
    }
    if (config.Type === "CLOUDWATCH_METRIC") return lookAtAlarm(scope, check, present);
    const endpoint = await findEndpoint(env, state, scope.account, check);
    if ("failure" in endpoint) return { healthy: false, report: endpoint.failure };
    if ("reach" in endpoint)
      return {
        ...(await probe(config, endpoint.reach, env.clock.wall)),
        leavesTrace: isOwn(endpoint.reach),
      };
    const { state: machine } = await env.compute.observe(endpoint.instance);
    return machine === "running"
      ? { healthy: true, report: "Success: the simulated machine runs" }
      : { healthy: false, report: `Failure: the simulated machine is ${machine}` };
  }

  /** Of what the cloud itself runs, as load balancers are, that count the requests of health checks. */
  function isOwn(reach: Reach): boolean {
    const own = env.names.list().flatMap(({ names }) => names);
    return !("host" in reach) || own.some(({ addresses }) => addresses.includes(reach.host));
  }

  async function lookAtAlarm(
    { account }: Scope,
    { config }: HealthCheckRecord,
    present: boolean,
  ): Promise<ProbeResult> {
    const alarm = await findAlarm(env, account, config);
    const value = alarm?.StateValue ?? "INSUFFICIENT_DATA";
    const unknown = config.InsufficientDataHealthStatus;
    const healthy =
      value === "OK" ||
      (value === "INSUFFICIENT_DATA" &&
        (unknown === "Healthy" || (unknown === "LastKnownStatus" && present)));
    return {
      healthy,
      report: `${healthy ? "Success" : "Failure"}: the alarm is in state ${value}`,
    };
  }

  /** Remembers a status that changed, tells the DNS server, and has those look that are calculated from it. */
  async function decide(
    scope: Scope,
    { id, config }: HealthCheckRecord,
    healthy: boolean,
    stored: boolean | undefined,
  ): Promise<void> {
    if (healthy !== stored)
      await env.store.transaction(async (tx) => {
        if (await healthChecks.get(tx, scope, id))
          healthStatuses.put(tx, scope, [id], {
            healthy,
            sinceMs: env.clock.now(),
            lastFailure: state.observations.get(id)?.lastFailure,
          });
      });
    const effective = effectiveHealth(healthy, config);
    if (state.health.get(id) === effective) return;
    state.health.set(id, effective);
    await tell(state);
    const all = await env.store.transaction((tx) => healthChecks.list(tx, scope));
    for (const parent of all)
      if (parent.config.ChildHealthChecks?.includes(id)) state.wakeHealthCheck(scope, [parent.id]);
  }
}

async function tell(state: State): Promise<void> {
  await state.plane().setCommon({ health: Object.fromEntries(state.health) });
}
