/** One transaction: what was seen is written down, each instance takes its step, the plan is recorded. */
import type { Transaction } from "#store/store.ts";
import { dropOutdated, type Writing } from "../activities.ts";
import { deleteGroup } from "../groups/delete.ts";
import { plan, type Plan } from "../planning/plan.ts";
import { isSteady } from "../planning/steady.ts";
import { groups, notifications, type GroupRecord } from "../records.ts";
import { refreshes } from "../refreshes/records.ts";
import { withSettings } from "../refreshes/progress.ts";
import { settleAttachments } from "./attachments.ts";
import { MemberPass } from "./member-pass.ts";
import type { Observation } from "./observe.ts";
import type { Outcome } from "./outcome.ts";
import { actualOf, allocationOf, desiredOf, nextTrial, weightNow } from "./plan-input.ts";
import { refreshView, settleRefresh } from "./refresh.ts";
import type { Rosters } from "./roster.ts";
import { membersToStep, viewOf, type GroupView } from "./view.ts";

export async function takeSteps(
  tx: Transaction,
  given: Writing,
  before: Pick<GroupView, "group" | "whole">,
  observation: Observation,
  rosters: Rosters,
): Promise<Outcome | undefined> {
  const { scope, nowMs } = given;
  const { name } = before.group;
  const view = await viewOf(tx, scope, name, rosters, nowMs);
  if (!view) return undefined;
  view.whole ||= before.whole || observation.healthChecked;
  const stored = view.group;
  view.group = withShift(view.group, observation);
  const writing = { ...given, topics: await notifications.list(tx, scope, [name]) };
  await dropOutdated(tx, writing, name);
  const outcome: Outcome = {
    view,
    launch: [],
    launchAgain: [],
    register: [],
    deregister: [],
    terminate: [],
    start: [],
    stop: [],
    release: [],
    deleteAlarms: [],
    asks: [],
    restless: [],
    wakeMs: undefined,
  };
  const pass = new MemberPass(tx, writing, view, observation, outcome);
  for (const member of membersToStep(view)) await pass.step(member);
  if (view.whole) view.group = settleAttachments(view.group, pass.members(), observation, outcome);
  const refresh =
    view.refresh && refreshView({ ...view, members: pass.members() }, observation, nowMs);
  const planned = planFor(view, pass, observation, refresh, nowMs);
  const trialMs = nextTrial(view.group, nowMs);
  outcome.wakeMs =
    trialMs === undefined ? planned.wakeMs : Math.min(trialMs, planned.wakeMs ?? trialMs);
  outcome.asks = planned.asks;
  for (const decision of planned.decisions) await pass.decide(decision);
  pass.assignTokens();
  if (planned.toldCauses && view.group.causes.length > 0)
    view.group = { ...view.group, causes: [] };
  if (view.group.warmPool?.deleting && pass.tally.warm === 0) {
    const { warmPool: _, ...rest } = view.group;
    view.group = rest;
  }
  if (pass.cooldownFromMs !== undefined)
    view.group = { ...view.group, cooldownFromMs: pass.cooldownFromMs };
  if (view.refresh) {
    const { refresh: settled, settings } = settleRefresh(
      { ...view, members: pass.members() },
      refresh!,
      nowMs,
    );
    if (settings) view.group = withSettings(view.group, settings);
    if (settled !== view.refresh) {
      refreshes.put(tx, scope, [name, settled.startMs, settled.id], settled);
      view.refresh = settled.endMs === undefined ? settled : undefined;
    }
  }
  outcome.restless = pass.restless();
  if (view.group.deleting && pass.tally.total === 0)
    outcome.deleteAlarms.push(...(await deleteGroup(tx, scope, view.group)));
  else if (view.group !== stored) groups.put(tx, scope, [name], view.group);
  return outcome;
}

/** The plan; every member is looked at only when the numbers leave something to decide. */
function planFor(
  view: GroupView,
  pass: MemberPass,
  observation: Observation,
  refresh: ReturnType<typeof refreshView> | undefined,
  nowMs: number,
): Plan {
  const allocation = allocationOf(view.group, observation);
  const desired = desiredOf(view, allocation, nowMs, observation.consent);
  if (!refresh && view.endangered.size === 0 && isSteady(desired, pass.tally, nowMs)) {
    const wakeMs = desired.launchAfterMs > nowMs ? desired.launchAfterMs : undefined;
    return { decisions: [], asks: [], toldCauses: true, wakeMs };
  }
  pass.reweigh((member) => weightNow(member, view.group, allocation));
  const actual = pass.members().map((member) => actualOf(member, view, allocation));
  return plan(desired, actual, refresh, nowMs);
}

/** The group with the zones that it is shifted away from now. */
function withShift(group: GroupRecord, { shifted }: Observation): GroupRecord {
  const { shiftedZones = [], ...rest } = group;
  const now = group.zones.filter((zone) => shifted.has(zone));
  if (now.join() === shiftedZones.join()) return group;
  return now.length > 0 ? { ...rest, shiftedZones: now } : rest;
}
