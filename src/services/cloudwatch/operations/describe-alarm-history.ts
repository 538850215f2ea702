import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { dateOf } from "#runtime/date.ts";
import { clientOffset } from "#services/kit/client-time.ts";
import { invalidNextToken } from "../errors.ts";
import { alarmHistoryMs, defaultAlarmsPerPage } from "../limits.ts";
import type { State } from "../metrics/memory.ts";
import { alarmHistory } from "../records.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html */
export const describeAlarmHistory: Operation<"cloudwatch", "DescribeAlarmHistory", State> = async (
  input,
  context,
) => {
  const nowMs = context.clock.now();
  const timeOf = (date: Date | undefined, otherwise: number) =>
    date ? date.getTime() + clientOffset(context, date.getTime()) : otherwise;
  const fromMs = Math.max(timeOf(input.StartDate, 0), nowMs - alarmHistoryMs);
  const toMs = timeOf(input.EndDate, Number.POSITIVE_INFINITY);
  const types = input.AlarmTypes ?? ["MetricAlarm"];
  const prefix = input.AlarmName === undefined ? [] : [input.AlarmName];
  const stored = await context.store.transaction((tx) => alarmHistory.entries(tx, context, prefix));
  const ascending = input.ScanBy === "TimestampAscending";
  const found = stored
    .filter(
      ({ record }) =>
        record.timeMs >= fromMs &&
        record.timeMs <= toMs &&
        (input.AlarmName !== undefined || types.includes(record.alarmType)) &&
        (input.HistoryItemType === undefined || record.type === input.HistoryItemType) &&
        (input.AlarmContributorId === undefined ||
          record.contributor?.id === input.AlarmContributorId),
    )
    .map(({ id, record }) => ({ record, key: keyOf(id as [string, number, number], ascending) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const { items, nextToken } = paginate(found, {
    limit: input.MaxRecords ?? defaultAlarmsPerPage,
    token: input.NextToken,
    keyOf: ({ key }) => key,
    invalidToken: invalidNextToken,
  });
  return {
    AlarmHistoryItems: items.map(({ record }) => ({
      AlarmName: record.alarmName,
      AlarmType: record.alarmType,
      Timestamp: dateOf(record.timeMs),
      HistoryItemType: record.type,
      HistorySummary: record.summary,
      HistoryData: record.data,
      ...(record.contributor && {
        AlarmContributorId: record.contributor.id,
        AlarmContributorAttributes: record.contributor.attributes,
      }),
    })),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};

/** Sorts by time in the order asked for. */
function keyOf([name, timeMs, sequence]: [string, number, number], ascending: boolean): string {
  const digits = (value: number, width: number) => {
    const placed = ascending ? value : 10 ** width - 1 - value;
    return String(placed).padStart(width, "0");
  };
  return `${digits(timeMs, 14)}/${digits(sequence, 6)}/${name}`;
}
