/**
 * Alarms on Metrics Insights queries that group: each time series is judged by itself, and the alarm is
 * in ALARM while any of them is.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Acting_Alarm_Changes.html
 */
import { createHash } from "node:crypto";
import type { Transaction } from "#store/store.ts";
import { isInsightsQuery, parseInsights } from "../insights/syntax.ts";
import { contributors, type MetricAlarmRecord } from "../records.ts";
import { mutedUntil } from "../mute/muted.ts";
import { parseAction } from "./actions.ts";
import { evaluate, type Evaluation, type EvaluationRule } from "./evaluate.ts";
import { writeHistory } from "./history.ts";
import type { Contributor } from "./message.ts";
import type { ReadPeriod } from "./range.ts";
import { reasonText } from "./reason.ts";
import { actionsFor, owe, type NewState, type TransitionContext } from "./transition.ts";

export interface ContributorRange {
  attributes: Record<string, string>;
  periods: ReadPeriod[];
}

/** The dimensions by which the query of an alarm groups; undefined for any other alarm. */
export function groupedBy({ queries = [], thresholdId }: MetricAlarmRecord): string[] | undefined {
  const watched = queries.find(({ id, returnData }) => returnData && id !== thresholdId);
  if (!watched?.expression || !isInsightsQuery(watched.expression)) return undefined;
  const { groupBy } = parseInsights(watched.expression);
  return groupBy.length > 0 ? groupBy : undefined;
}

/** Judges every time series, and gives what the alarm as a whole is then; undefined when it stays. */
export async function judgeContributors(
  tx: Transaction,
  context: TransitionContext,
  alarm: MetricAlarmRecord,
  ranges: readonly ContributorRange[],
  rule: EvaluationRule,
): Promise<NewState | undefined> {
  const { scope, nowMs } = context;
  const before = new Map(
    (await contributors.entries(tx, scope, [alarm.name])).map(({ id, record }) => [
      id[1] as string,
      record,
    ]),
  );
  const alarming: string[] = [];
  for (const { attributes, periods } of ranges) {
    const contributor = { id: contributorId(attributes), attributes };
    const present = before.get(contributor.id);
    before.delete(contributor.id);
    const evaluation = evaluate(
      periods.map(({ point }) => point),
      rule,
    );
    // "Each time series can only be in ALARM or OK state, never in INSUFFICIENT_DATA."
    const isAlarming =
      evaluation.state === undefined ? present !== undefined : evaluation.state === "ALARM";
    const reason = reasonText(alarm, evaluation, present ? "ALARM" : "OK");
    if (isAlarming) alarming.push(contributor.id);
    if (isAlarming === (present !== undefined)) continue;
    if (isAlarming)
      contributors.put(tx, scope, [alarm.name, contributor.id], {
        attributes,
        reason,
        transitionedMs: nowMs,
      });
    else contributors.delete(tx, scope, alarm.name, contributor.id);
    await report(tx, context, alarm, contributor, isAlarming, reason, evaluation);
  }
  // A time series without data is none any more.
  for (const id of before.keys()) contributors.delete(tx, scope, alarm.name, id);
  return wholeState(alarm, rule, ranges.length, alarming.length);
}

function wholeState(
  alarm: MetricAlarmRecord,
  { treatMissingData }: EvaluationRule,
  found: number,
  alarming: number,
): NewState | undefined {
  if (found === 0) {
    if (treatMissingData === "ignore") return undefined;
    const state =
      treatMissingData === "breaching"
        ? "ALARM"
        : treatMissingData === "notBreaching"
          ? "OK"
          : "INSUFFICIENT_DATA";
    return { state, reason: "The query returned no time series.", perContributor: true };
  }
  return {
    state: alarming > 0 ? "ALARM" : "OK",
    reason: `Threshold Crossed: ${alarming} of ${found} time series of the query ${alarming === 1 ? "is" : "are"} in ALARM.`,
    reasonData: JSON.stringify({
      version: "1.0",
      threshold: alarm.threshold,
      contributors: found,
      contributorsInAlarm: alarming,
    }),
    perContributor: true,
  };
}

async function report(
  tx: Transaction,
  context: TransitionContext,
  alarm: MetricAlarmRecord,
  contributor: Contributor,
  isAlarming: boolean,
  reason: string,
  evaluation: Evaluation,
): Promise<void> {
  const state = isAlarming ? "ALARM" : "OK";
  await writeHistory(tx, context, alarm, {
    type: "AlarmContributorStateUpdate",
    summary: `Alarm contributor updated from ${isAlarming ? "OK" : "ALARM"} to ${state}`,
    data: JSON.stringify({
      version: "1.0",
      newState: { stateValue: state, stateReason: reason },
      contributorAttributes: contributor.attributes,
    }),
    contributor,
  });
  if (!alarm.actionsEnabled) return;
  if ((await mutedUntil(tx, context.scope, alarm.name, context.nowMs)) !== undefined) return;
  // Scaling is for the alarm as a whole; topics and instances hear of each time series.
  const actions = actionsFor(alarm, state).filter((action) =>
    ["sns", "ec2"].includes(parseAction(action)?.kind ?? ""),
  );
  const changed = {
    ...alarm,
    state,
    stateReason: reason,
    stateTransitionedMs: context.nowMs,
  } as const;
  const [newest] = evaluation.judged;
  owe(tx, context, changed, actions, {
    from: isAlarming ? "OK" : "ALARM",
    repeated: false,
    ...(newest && { metricValue: newest.value }),
    contributor,
  });
}

function contributorId(attributes: Record<string, string>): string {
  return createHash("sha256").update(JSON.stringify(attributes)).digest("hex").slice(0, 16);
}
