/** A change of an alarm's state: the record, its history and what it now owes, in one transaction. */
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { alarms, dueActions, type AlarmRecord, type StateValue } from "../records.ts";
import { mutedUntil } from "../mute/muted.ts";
import { isScaling, parseAction } from "./actions.ts";
import { writeHistory } from "./history.ts";
import { oweStateEvent } from "./event.ts";
import { functionEvent } from "./function-event.ts";
import { messageOf, subjectOf, type Contributor } from "./message.ts";
import { planSuppression, suppressionReason } from "./suppression.ts";

export interface NewState {
  state: StateValue;
  reason: string;
  reasonData?: string;
  /** The newest datapoint that was judged. */
  metricValue?: number;
  /** True for an alarm on many time series, each of which has actions of its own. */
  perContributor?: boolean;
}

export interface TransitionContext {
  random: Random;
  scope: Scope;
  nowMs: number;
}

function alarmType(alarm: AlarmRecord): "MetricAlarm" | "CompositeAlarm" {
  return alarm.type === "metric" ? "MetricAlarm" : "CompositeAlarm";
}

export function actionsFor(alarm: AlarmRecord, state: StateValue): string[] {
  if (state === "ALARM") return alarm.alarmActions;
  return state === "OK" ? alarm.okActions : alarm.insufficientDataActions;
}

/** Writes the alarm in its new state. The state must differ from the present one. */
export async function transition(
  tx: Transaction,
  context: TransitionContext,
  alarm: AlarmRecord,
  next: NewState,
): Promise<AlarmRecord> {
  const { scope, nowMs } = context;
  const { repeatedMs: _, mutedFrom: __, stateReasonData: before, ...rest } = alarm;
  const changed: AlarmRecord = {
    ...rest,
    state: next.state,
    stateReason: next.reason,
    ...(next.reasonData !== undefined && { stateReasonData: next.reasonData }),
    stateUpdatedMs: nowMs,
    stateTransitionedMs: nowMs,
  };
  const { alarm: settled, act } = await holdBack(tx, context, changed, alarm.state);
  const suppression = settled.type === "composite" ? settled.suppression : undefined;
  await writeHistory(tx, context, alarm, {
    type: "StateUpdate",
    summary: `Alarm updated from ${alarm.state} to ${next.state}`,
    data: JSON.stringify({
      version: "1.0",
      oldState: stateData(alarm.state, alarm.stateReason, before),
      newState: {
        ...stateData(next.state, next.reason, next.reasonData),
        ...(suppression && {
          actionsSuppressedBy: suppression.by,
          actionsSuppressedReason: suppressionReason(suppression),
        }),
      },
    }),
  });
  oweStateEvent(tx, context, alarm, settled);
  if (!settled.actionsEnabled || !act) {
    alarms.put(tx, scope, [alarm.name], settled);
    return settled;
  }
  if ((await mutedUntil(tx, scope, alarm.name, nowMs)) !== undefined) {
    const muted = { ...settled, mutedFrom: alarm.state };
    alarms.put(tx, scope, [alarm.name], muted);
    return muted;
  }
  // What an alarm on many time series does to instances, it does for each of them.
  const actions = actionsFor(settled, next.state).filter(
    (action) => !next.perContributor || parseAction(action)?.kind !== "ec2",
  );
  const repeats = actions.some((action) => isScaling(parseAction(action)));
  const written = repeats ? { ...settled, repeatedMs: nowMs } : settled;
  alarms.put(tx, scope, [alarm.name], written);
  owe(tx, context, written, actions, { from: alarm.state, repeated: false, ...next });
  return written;
}

/** Decides by the suppressor of a composite alarm whether actions wait; `left` is the state before a change. */
export async function holdBack(
  tx: Transaction,
  { scope, nowMs }: TransitionContext,
  alarm: AlarmRecord,
  left: StateValue | undefined,
): Promise<{ alarm: AlarmRecord; act: boolean }> {
  if (alarm.type !== "composite") return { alarm, act: left !== undefined };
  const { suppression: present, ...bare } = alarm;
  const { suppressor } = alarm;
  if (!suppressor) return { alarm: bare, act: left !== undefined || present !== undefined };
  const other = await alarms.get(tx, scope, suppressor.name);
  const { suppression, act } = planSuppression({
    suppressing: other?.state === "ALARM",
    present,
    left,
    nowMs,
    waitMs: suppressor.waitSeconds * 1000,
    extensionMs: suppressor.extensionSeconds * 1000,
  });
  return { alarm: suppression ? { ...bare, suppression } : bare, act };
}

/**
 * Once nothing mutes an alarm any more, "if those alarms are in an ALARM state, their configured
 * actions will trigger". Gives the alarm as it is then, and after how much time to look again.
 */
export async function settleMuted(
  tx: Transaction,
  context: TransitionContext,
  alarm: AlarmRecord,
): Promise<{ alarm: AlarmRecord; muted: boolean; afterMs: number | undefined }> {
  const { scope, nowMs } = context;
  const untilMs = await mutedUntil(tx, scope, alarm.name, nowMs);
  if (untilMs !== undefined) return { alarm, muted: true, afterMs: untilMs - nowMs };
  const { mutedFrom: from, ...unmuted } = alarm;
  if (from === undefined) return { alarm, muted: false, afterMs: undefined };
  alarms.put(tx, scope, [alarm.name], unmuted);
  if (unmuted.state === "ALARM" && unmuted.actionsEnabled)
    owe(tx, context, unmuted, unmuted.alarmActions, { from, repeated: false });
  return { alarm: unmuted, muted: false, afterMs: undefined };
}

interface OweOptions {
  from: StateValue;
  repeated: boolean;
  metricValue?: number;
  contributor?: Contributor;
}

/** Notes actions that a reconciler carries out. */
export function owe(
  tx: Transaction,
  { random, scope, nowMs }: TransitionContext,
  alarm: AlarmRecord,
  actions: readonly string[],
  { from, repeated, metricValue, contributor }: OweOptions,
): void {
  const subject = subjectOf(alarm, scope, alarm.state);
  const message = messageOf(alarm, scope, from, contributor);
  const heard = functionEvent(scope, alarm, from, contributor);
  const dimensions = alarm.type === "metric" ? (alarm.metric?.dimensions ?? []) : [];
  const instance = contributor?.attributes["InstanceId"] ?? instanceOf(dimensions);
  for (const [index, action] of actions.entries())
    dueActions.put(tx, scope, [alarm.name, nowMs, `${index}-${random.hex(8)}`], {
      alarmName: alarm.name,
      alarmType: alarmType(alarm),
      action,
      state: alarm.state,
      subject,
      message: parseAction(action)?.kind === "lambda" ? heard : message,
      ...(metricValue !== undefined && { metricValue }),
      ...(alarm.type === "metric" &&
        alarm.threshold !== undefined && { threshold: alarm.threshold }),
      ...(instance !== undefined && { instanceId: instance }),
      ...(contributor && { contributor }),
      repeated,
      dueMs: nowMs,
    });
}

export function instanceOf(dimensions: readonly { name: string; value: string }[]) {
  return dimensions.find(({ name }) => name === "InstanceId")?.value;
}

function stateData(state: StateValue, reason: string, data: string | undefined) {
  return {
    stateValue: state,
    stateReason: reason,
    ...(data !== undefined && { stateReasonData: parseJson(data) }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
