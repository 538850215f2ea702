/** One transaction: what was seen is written down, each instance takes its step, the plan is recorded. */
import type { Transaction } from "#store/store.ts";
import { dropOutdated, type Writing } from "../activities.ts";
import { deleteGroup } from "../groups/delete.ts";
import { isWarm } from "../groups/capacity.ts";
import { plan } from "../planning/plan.ts";
import { groups, notifications } from "../records.ts";
import { refreshes } from "../refreshes/records.ts";
import { settleAttachments } from "./attachments.ts";
import { viewOf } from "./view.ts";
import { MemberPass } from "./member-pass.ts";
import type { Observation } from "./observe.ts";
import type { Outcome } from "./outcome.ts";
import { actualOf, allocationOf, desiredOf, nextTrial, weightNow } from "./plan-input.ts";
import { withSettings } from "../refreshes/progress.ts";
import { refreshView, settleRefresh } from "./refresh.ts";

export async function takeSteps(
  tx: Transaction,
  given: Writing,
  name: string,
  observation: Observation,
): Promise<Outcome | undefined> {
  const { scope, nowMs } = given;
  const view = await viewOf(tx, scope, name);
  if (!view) return undefined;
  const writing = { ...given, topics: await notifications.list(tx, scope, [name]) };
  await dropOutdated(tx, writing, name);
  const outcome: Outcome = {
    view,
    launch: [],
    register: [],
    deregister: [],
    terminate: [],
    start: [],
    stop: [],
    release: [],
    deleteAlarms: [],
    wakeMs: undefined,
  };
  const pass = new MemberPass(tx, writing, view, observation, outcome);
  for (const member of view.members) await pass.step(member);
  view.members = pass.members();
  const stored = view.group;
  view.group = settleAttachments(view.group, view.members, observation, outcome);
  const refresh = view.refresh && refreshView(view, observation, nowMs);
  const allocation = allocationOf(view.group, observation);
  pass.reweigh((member) => weightNow(member, view.group, allocation));
  view.members = pass.members();
  const actual = view.members.map((member) => actualOf(member, view, allocation));
  const planned = plan(desiredOf(view.group, allocation, nowMs), actual, refresh, nowMs);
  const trialMs = nextTrial(view.group, nowMs);
  outcome.wakeMs =
    trialMs === undefined ? planned.wakeMs : Math.min(trialMs, planned.wakeMs ?? trialMs);
  for (const decision of planned.decisions) await pass.decide(decision);
  pass.assignTokens();
  view.members = pass.members();
  if (planned.toldCauses && view.group.causes.length > 0)
    view.group = { ...view.group, causes: [] };
  if (view.group.warmPool?.deleting && !view.members.some(isWarm)) {
    const { warmPool: _, ...rest } = view.group;
    view.group = rest;
  }
  if (pass.cooldownFromMs !== undefined)
    view.group = { ...view.group, cooldownFromMs: pass.cooldownFromMs };
  if (view.refresh) {
    const { refresh: settled, settings } = settleRefresh(view, refresh!, nowMs);
    if (settings) view.group = withSettings(view.group, settings);
    if (settled !== view.refresh) {
      refreshes.put(tx, scope, [name, settled.startMs, settled.id], settled);
      view.refresh = settled.endMs === undefined ? settled : undefined;
    }
  }
  if (view.group.deleting && view.members.length === 0)
    outcome.deleteAlarms.push(...(await deleteGroup(tx, scope, view.group)));
  else if (view.group !== stored) groups.put(tx, scope, [name], view.group);
  return outcome;
}
