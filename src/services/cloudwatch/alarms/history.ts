/** The history of alarms. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AlarmHistoryItem.html */
import type { Transaction } from "#store/store.ts";
import { alarmHistoryMs } from "../limits.ts";
import { alarmHistory, type AlarmRecord, type HistoryRecord } from "../records.ts";
import type { TransitionContext } from "./transition.ts";

/** So many outdated items go with each new one. */
const outdatedPerWrite = 5;

/** HistoryData has at most so many characters. */
const longestData = 4095;

export async function writeHistory(
  tx: Transaction,
  { random, scope, nowMs }: TransitionContext,
  alarm: Pick<AlarmRecord, "name" | "type">,
  item: Pick<HistoryRecord, "type" | "summary" | "data" | "contributor">,
): Promise<void> {
  const oldest = await alarmHistory.entries(tx, scope, [alarm.name], { limit: outdatedPerWrite });
  for (const { id, record } of oldest)
    if (record.timeMs < nowMs - alarmHistoryMs) alarmHistory.delete(tx, scope, ...id);
  // Items of one moment keep their order by the count before the random part.
  const [latest] = await alarmHistory.entries(tx, scope, [alarm.name], { limit: 1, reverse: true });
  const sequence = latest?.id[1] === nowMs ? (latest.id[2] as number) + 1 : 0;
  alarmHistory.put(tx, scope, [alarm.name, nowMs, sequence, random.hex(4)], {
    alarmName: alarm.name,
    alarmType: alarm.type === "metric" ? "MetricAlarm" : "CompositeAlarm",
    timeMs: nowMs,
    ...item,
    summary: item.summary.slice(0, 255),
    data: item.data.slice(0, longestData),
  });
}
