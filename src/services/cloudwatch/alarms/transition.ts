/** A change of an alarm's state: the record, its history and what it now owes, in one transaction. */
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { alarms, dueActions, type AlarmRecord, type StateValue } from "../records.ts";
import { isScaling, parseAction } from "./actions.ts";
import { writeHistory } from "./history.ts";
import { messageOf, subjectOf } from "./message.ts";

export interface NewState {
  state: StateValue;
  reason: string;
  reasonData?: string;
  /** The newest datapoint that was judged. */
  metricValue?: number;
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
  const { repeatedMs: _, stateReasonData: before, ...rest } = alarm;
  const changed: AlarmRecord = {
    ...rest,
    state: next.state,
    stateReason: next.reason,
    ...(next.reasonData !== undefined && { stateReasonData: next.reasonData }),
    stateUpdatedMs: nowMs,
    stateTransitionedMs: nowMs,
  };
  await writeHistory(tx, context, alarm, {
    type: "StateUpdate",
    summary: `Alarm updated from ${alarm.state} to ${next.state}`,
    data: JSON.stringify({
      version: "1.0",
      oldState: stateData(alarm.state, alarm.stateReason, before),
      newState: stateData(next.state, next.reason, next.reasonData),
    }),
  });
  if (!changed.actionsEnabled) {
    alarms.put(tx, scope, [alarm.name], changed);
    return changed;
  }
  const actions = actionsFor(changed, next.state);
  const repeats = actions.some((action) => isScaling(parseAction(action)));
  const written = repeats ? { ...changed, repeatedMs: nowMs } : changed;
  alarms.put(tx, scope, [alarm.name], written);
  owe(tx, context, written, actions, { from: alarm.state, repeated: false, ...next });
  return written;
}

/** Notes actions that a reconciler carries out. */
export function owe(
  tx: Transaction,
  { random, scope, nowMs }: TransitionContext,
  alarm: AlarmRecord,
  actions: readonly string[],
  { from, repeated, metricValue }: { from: StateValue; repeated: boolean; metricValue?: number },
): void {
  const subject = subjectOf(alarm, scope, alarm.state);
  const message = messageOf(alarm, scope, from);
  const instance = alarm.type === "metric" ? instanceOf(alarm.metric?.dimensions ?? []) : undefined;
  for (const [index, action] of actions.entries())
    dueActions.put(tx, scope, [alarm.name, nowMs, `${index}-${random.hex(8)}`], {
      alarmName: alarm.name,
      alarmType: alarmType(alarm),
      action,
      state: alarm.state,
      subject,
      message,
      ...(metricValue !== undefined && { metricValue }),
      ...(alarm.type === "metric" &&
        alarm.threshold !== undefined && { threshold: alarm.threshold }),
      ...(instance !== undefined && { instanceId: instance }),
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
