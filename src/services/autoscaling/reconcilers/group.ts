/**
 * Brings a group to its desired capacity: looks at its instances, takes each one step further in its
 * life, and launches or terminates what is missing or too many. What it is going to ask of EC2 is
 * written down before it asks.
 */
import type { Caller, Environment } from "#services/kit/service.ts";
import type { ReconcileResult, Reconciler } from "#services/kit/reconciler.ts";
import { asService } from "#services/kit/principal.ts";
import { rebalanceRecommendations } from "#services/kit/spot-signals.ts";
import type { Scope } from "#store/collection.ts";
import { isChanging, isLeaving, isWarming } from "../groups/capacity.ts";
import { groupArn } from "../arns.ts";
import { nextDeadline } from "../hooks.ts";
import { offersOf } from "../launch/offers.ts";
import { changingCheckMs, healthCheckMs, offersKeptMs } from "../limits.ts";
import type { Offer } from "../planning/allocation.ts";
import type { MixedPolicy } from "../launch/launch-records.ts";
import { groups, members, type GroupRecord, type MemberRecord } from "../records.ts";
import { refreshes } from "../refreshes/records.ts";
import type { State } from "../state.ts";
import { waitsUntil } from "../refreshes/progress.ts";
import { carryOut } from "./carry-out.ts";
import { askAgainMs, nominate, policyFunction } from "./nominate.ts";
import { observe, type Observation } from "./observe.ts";
import { takeSteps } from "./take-steps.ts";
import type { Outcome } from "./outcome.ts";
import { membersToStep, viewOf, type GroupView } from "./view.ts";

export function groupReconciler(env: Environment, state: State): Reconciler {
  return {
    name: "autoscaling/group",
    watches: [
      { collection: groups },
      { collection: members, idOf: ([group]) => [group!] },
      { collection: refreshes, idOf: ([group]) => [group!] },
      { collection: rebalanceRecommendations, idOf: ([group]) => [group!] },
    ],
    reconcile: (scope, [name]) => pass(env, state, scope, name as string),
  };
}

async function pass(
  env: Environment,
  state: State,
  scope: Scope,
  name: string,
): Promise<ReconcileResult | void> {
  const view = await env.store.transaction((tx) =>
    viewOf(tx, scope, name, state.rosters, env.clock.now()),
  );
  const key = `${scope.account}/${scope.region}/${name}`;
  if (!view) {
    state.offers.delete(key);
    state.rosters.forget(scope, name);
    state.consents.forget(key);
    return void state.healthCheckedMs.delete(key);
  }
  const { group } = view;
  const nowMs = env.clock.now();
  const checkedMs = state.healthCheckedMs.get(key);
  const mayCheck = !("HealthCheck" in group.suspended);
  const health = mayCheck && (checkedMs === undefined || nowMs >= checkedMs + healthCheckMs);
  const caller = asService(scope, "autoscaling.amazonaws.com", groupArn(scope, group));
  const offers =
    group.mixed && !group.deleting
      ? await knownOffers(env, state, caller, key, group, group.mixed)
      : undefined;
  const observation = await observe(env.clients, caller, {
    offers,
    group,
    members: health ? [...view.roster.members.values()] : membersToStep(view),
    health,
    targets: needsTargets(view, health),
  });
  if (policyFunction(group) !== undefined) observation.consent = state.consents.take(key, nowMs);
  if (health) state.healthCheckedMs.set(key, nowMs);
  const outcome = await env.store.transaction((tx) =>
    takeSteps(
      tx,
      { random: env.random, scope, nowMs: env.clock.now() },
      view,
      observation,
      state.rosters,
    ),
  );
  if (!outcome) return;
  await carryOut(env, scope, caller, outcome);
  if (outcome.asks.length > 0) return { afterMs: await hear(env, state, caller, key, outcome) };
  const afterMs = nextLook(env, outcome);
  return afterMs === undefined ? {} : { afterMs, isSteady: isAtRest(outcome, observation) };
}

/** Nothing is under way, nothing is ailing, and nothing waits for its time. */
function isAtRest({ view, restless, wakeMs }: Outcome, observation: Observation): boolean {
  const { group, refresh } = view;
  if (restless.length > 0 || refresh || wakeMs !== undefined || group.mixed) return false;
  if (!observation.healthChecked || observation.impaired.size > 0) return false;
  const running = [...observation.instances.values()].every(({ state }) => state === "running");
  const states = [...observation.targets.values()].flatMap((targets) => [...targets.values()]);
  return running && states.every((state) => state === "healthy");
}

/** Asks the group's function; answers when to look again: at once where something may go. */
async function hear(
  env: Environment,
  { consents }: State,
  caller: Caller,
  key: string,
  outcome: Outcome,
): Promise<number> {
  const { group, roster } = outcome.view;
  const serving = [...roster.members.values()].filter(({ state }) => state === "InService");
  let isSomethingFree = false;
  for (const ask of outcome.asks) {
    const ids = await nominate(env, caller, group, serving, ask);
    consents.put(key, ask.cause, ids, env.clock.now());
    if (ids.size > 0) isSomethingFree = true;
  }
  return isSomethingFree ? 0 : Math.min(askAgainMs, nextLook(env, outcome) ?? askAgainMs);
}

/** Types and prices hardly change, so they are looked up again only now and then. */
async function knownOffers(
  env: Environment,
  state: State,
  caller: Caller,
  key: string,
  { zones, desiredCapacityType }: GroupRecord,
  policy: MixedPolicy,
): Promise<readonly Offer[]> {
  const wanted = { zones, ...(desiredCapacityType && { desiredCapacityType }) };
  const question = JSON.stringify([wanted, policy]);
  const nowMs = env.clock.now();
  const known = state.offers.get(key);
  if (known?.question === question && nowMs < known.askedMs + offersKeptMs) return known.offers;
  const offers = await offersOf(env.clients, caller, wanted, policy);
  state.offers.set(key, { question, askedMs: nowMs, offers });
  return offers;
}

/** Target groups are asked when somebody drains, joins, or is judged by them. */
function needsTargets(view: GroupView, health: boolean): boolean {
  const { group, refresh } = view;
  if (group.targetGroups.length === 0) return false;
  if (group.targetGroups.some(({ state }) => state !== "InService")) return true;
  if (membersToStep(view).some(isLeaving)) return true;
  return group.healthCheckType.includes("ELB") && (health || refresh !== undefined);
}

/** Milliseconds until the group is looked at again though no record changes. */
function nextLook(env: Environment, { view, restless, wakeMs }: Outcome): number | undefined {
  const nowMs = env.clock.now();
  const soonMs = changingCheckMs * Math.max(1, env.clock.speed);
  const waiting = (member: MemberRecord) => member.state.endsWith(":Wait");
  const settling = view.group.targetGroups.some(({ state }) => state !== "InService");
  const changing = restless.some(
    (member) => (isChanging(member) || isWarming(member)) && !waiting(member),
  );
  const deadlines = restless.map(({ waits = [] }) => nextDeadline(waits));
  const all = [...view.roster.members.values(), ...restless];
  const warm = view.refresh ? all.map(({ warmMs }) => warmMs) : [];
  const moments = [
    ...(view.roster.members.size + restless.length > 0 ? [nowMs + healthCheckMs] : []),
    ...(changing || (view.refresh && waitsUntil(view.refresh) === undefined)
      ? [nowMs + soonMs]
      : []),
    view.refresh && waitsUntil(view.refresh),
    ...(settling ? [nowMs + Math.max(soonMs, 5000)] : []),
    wakeMs,
    ...deadlines,
    ...warm,
  ].filter((moment) => moment !== undefined && moment > nowMs);
  return moments.length > 0 ? Math.min(...(moments as number[])) - nowMs : undefined;
}
