import type { Operation } from "#services/kit/service.ts";
import { dependentsOf, noteDependencies } from "../alarms/composite.ts";
import { alarmNotFound, validationError } from "../errors.ts";
import type { State } from "../metrics/memory.ts";
import { writeHistory } from "../alarms/history.ts";
import { oweConfigurationEvent } from "../alarms/event.ts";
import { alarms, contributors } from "../records.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html */
export const deleteAlarms: Operation<"cloudwatch", "DeleteAlarms", State> = async (
  input,
  context,
) => {
  const names = input.AlarmNames ?? [];
  const history = { random: context.random, scope: context, nowMs: context.clock.now() };
  await context.store.transaction(async (tx) => {
    const found = [];
    for (const name of names) {
      const alarm = await alarms.get(tx, context, name);
      // One name may be unknown to AWS; in a list of several, all must be known.
      if (!alarm && names.length > 1) throw alarmNotFound(name);
      if (alarm) found.push(alarm);
    }
    if (names.length > 1 && found.filter(({ type }) => type === "composite").length > 1)
      throw validationError("Only one composite alarm can be deleted in one operation.");
    for (const alarm of found) {
      const parents = await dependentsOf(tx, context, alarm.name);
      const left = parents.filter((parent) => !names.includes(parent));
      if (left.length > 0)
        throw validationError(
          `Cannot delete ${alarm.name} as there are composite alarm(s) depending on it: [${left.join(", ")}]`,
        );
      alarms.delete(tx, context, alarm.name);
      noteDependencies(tx, context, alarm, undefined);
      for (const { id } of await contributors.entries(tx, context, [alarm.name]))
        contributors.delete(tx, context, ...id);
      oweConfigurationEvent(tx, history, "delete", alarm);
      await writeHistory(tx, history, alarm, {
        type: "ConfigurationUpdate",
        summary: `Alarm "${alarm.name}" deleted`,
        data: JSON.stringify({ version: "1.0", type: "Delete" }),
      });
    }
  });
  return {};
};
