import type { Context, Operation } from "#services/kit/service.ts";
import type { State } from "../metrics/memory.ts";
import { alarms } from "../records.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_EnableAlarmActions.html */
export const enableAlarmActions: Operation<"cloudwatch", "EnableAlarmActions", State> = (
  input,
  context,
) => setEnabled(input.AlarmNames ?? [], true, context);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableAlarmActions.html */
export const disableAlarmActions: Operation<"cloudwatch", "DisableAlarmActions", State> = (
  input,
  context,
) => setEnabled(input.AlarmNames ?? [], false, context);

/** Names of no alarm are passed over, as AWS does. */
async function setEnabled(names: readonly string[], enabled: boolean, context: Context<State>) {
  const nowMs = context.clock.now();
  await context.store.transaction(async (tx) => {
    for (const name of names) {
      const alarm = await alarms.get(tx, context, name);
      if (!alarm || alarm.actionsEnabled === enabled) continue;
      alarms.put(tx, context, [name], {
        ...alarm,
        actionsEnabled: enabled,
        configuredMs: nowMs,
      });
    }
  });
  return {};
}
