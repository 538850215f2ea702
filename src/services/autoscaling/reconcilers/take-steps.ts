/** One transaction: what was seen is written down, each instance takes its step, the plan is recorded. */
import type { Transaction } from "#store/store.ts";
import type { Writing } from "../activities.ts";
import { deleteGroup } from "../groups/delete.ts";
import { plan, type ActualMember } from "../planning/plan.ts";
import { groups, refreshes, type GroupRecord, type MemberRecord } from "../records.ts";
import { settleAttachments } from "./attachments.ts";
import { viewOf } from "./view.ts";
import { MemberPass } from "./member-pass.ts";
import type { Observation } from "./observe.ts";
import type { Outcome } from "./outcome.ts";
import { refreshView, settleRefresh } from "./refresh.ts";

export async function takeSteps(
  tx: Transaction,
  writing: Writing,
  name: string,
  observation: Observation,
): Promise<Outcome | undefined> {
  const { scope, nowMs } = writing;
  const view = await viewOf(tx, scope, name);
  if (!view) return undefined;
  const outcome: Outcome = {
    view,
    launch: [],
    register: [],
    deregister: [],
    terminate: [],
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
  const planned = plan(desiredOf(view.group), view.members.map(actualOf), refresh, nowMs);
  outcome.wakeMs = planned.wakeMs;
  for (const decision of planned.decisions) await pass.decide(decision);
  pass.assignTokens();
  view.members = pass.members();
  if (planned.toldCauses && view.group.causes.length > 0)
    view.group = { ...view.group, causes: [] };
  if (pass.cooldownFromMs !== undefined)
    view.group = { ...view.group, cooldownFromMs: pass.cooldownFromMs };
  if (view.group.deleting && view.members.length === 0)
    outcome.deleteAlarms.push(...(await deleteGroup(tx, scope, view.group)));
  else if (view.group !== stored) groups.put(tx, scope, [name], view.group);
  if (view.refresh) {
    const settled = settleRefresh(view, refresh!, nowMs);
    if (settled !== view.refresh) {
      refreshes.put(tx, scope, [name, settled.startMs, settled.id], settled);
      view.refresh = settled.endMs === undefined ? settled : undefined;
    }
  }
  return outcome;
}

function desiredOf(group: GroupRecord) {
  return {
    desired: group.desired,
    maxSize: group.maxSize,
    zones: group.zones,
    terminationPolicies: group.terminationPolicies,
    suspended: new Set(Object.keys(group.suspended)),
    deleting: group.deleting,
    causes: group.causes,
    launchAfterMs: group.launchBackoff?.untilMs ?? 0,
    maxLifetimeMs:
      group.maxLifetimeSeconds === undefined ? undefined : group.maxLifetimeSeconds * 1000,
  };
}

function actualOf(member: MemberRecord): ActualMember {
  const leaving = member.state.startsWith("Terminating") || member.state === "Detaching";
  const aside = member.state === "Standby" || member.state === "EnteringStandby";
  const version = member.launchTemplate && Number(member.launchTemplate.version);
  return {
    id: member.id,
    instanceId: member.instanceId,
    zone: member.zone,
    phase: leaving
      ? "terminating"
      : aside
        ? "standby"
        : member.state === "InService"
          ? "in-service"
          : "pending",
    healthy: member.health === "Healthy",
    unhealthyCause: member.unhealthyCause ?? "",
    protected: member.protected,
    createdMs: member.inServiceMs ?? member.createdMs,
    launchedMs: member.launchedMs,
    ...(version !== undefined && { templateVersion: version }),
    ...(member.launchConfigurationName !== undefined && { configurationMs: 0 }),
  };
}
