import type { Operation } from "#services/kit/service.ts";
import { transition } from "../alarms/transition.ts";
import { alarmNotFound, invalidFormat } from "../errors.ts";
import { dependentsOf } from "../alarms/composite.ts";
import type { State } from "../metrics/memory.ts";
import { alarms } from "../records.ts";

/**
 * The state lasts until the next evaluation finds another.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
 */
export const setAlarmState: Operation<"cloudwatch", "SetAlarmState", State> = async (
  input,
  context,
) => {
  const { AlarmName: name = "", StateReasonData: data } = input;
  if (data !== undefined && !isJson(data))
    throw invalidFormat("The StateReasonData must be valid JSON.");
  const dependents = await context.store.transaction(async (tx) => {
    const alarm = await alarms.get(tx, context, name);
    if (!alarm) throw alarmNotFound(name);
    if (alarm.state === input.StateValue) return [];
    await transition(
      tx,
      { random: context.random, scope: context, nowMs: context.clock.now() },
      alarm,
      {
        state: input.StateValue!,
        reason: input.StateReason!,
        ...(data !== undefined && { reasonData: data }),
      },
    );
    return dependentsOf(tx, context, name);
  });
  for (const dependent of dependents) context.state.wakeAlarm?.(context, dependent);
  return {};
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
