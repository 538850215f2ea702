/** Judges metric alarms on the boundaries of their periods, and composite alarms when a child changed. */
import type { Environment } from "#services/kit/service.ts";
import type { ReconcileResult, Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import type { Key, Transaction } from "#store/store.ts";
import { repeatedActionMs } from "../limits.ts";
import { isScaling, parseAction } from "../alarms/actions.ts";
import { dependentsOf, judgeComposite } from "../alarms/composite.ts";
import { judgeContributors } from "../alarms/contributors.ts";
import { evaluate, evaluationRange, type EvaluationRule } from "../alarms/evaluate.ts";
import { inCloudTime } from "../alarms/late-values.ts";
import { reasonData, reasonText } from "../alarms/reason.ts";
import { hasTooFewSamples, rangeOf, readRange, type ReadPeriod } from "../alarms/range.ts";
import {
  actionsFor,
  owe,
  settleMuted,
  transition,
  type TransitionContext,
} from "../alarms/transition.ts";
import { asksRules, readRuleMetrics } from "../contributor-insights/read-rule-metrics.ts";
import type { RuleMetrics } from "../contributor-insights/rule-metric.ts";
import { alarmKey, memoryOf, type State } from "../metrics/memory.ts";
import { alarms, type AlarmRecord, type MetricAlarmRecord, type QueryRecord } from "../records.ts";

/** Machines report a period shortly after its end; so much wall time they have. */
const reportingMs = 5000;
/** AWS judges a new alarm some time within its first minute. */
const firstJudgementMs = 1000;

export function alarmReconciler(env: Environment, state: State): Reconciler {
  return {
    name: "cloudwatch/alarm",
    watches: [{ collection: alarms }],
    subscribe: (wake) => {
      state.wakeAlarm = (scope, name) => wake(scope, [name]);
    },
    reconcile: (scope, id) => judge(env, state, scope, id),
  };
}

async function judge(
  env: Environment,
  state: State,
  scope: Scope,
  [name]: Key,
): Promise<ReconcileResult | void> {
  const nowMs = env.clock.now();
  const attempt = (ruleMetrics?: RuleMetrics) =>
    judgeOnce(env, state, { scope, name: name as string, nowMs, ruleMetrics });
  let result = await attempt();
  // Rules of Contributor Insights count the events of another service, which no transaction waits for.
  if (result && "asks" in result)
    result = await attempt(await readRuleMetrics(env, scope, result.asks, rangeOf(result.newest)));
  if (!result || "asks" in result) return forget(state, scope, name as string);
  for (const dependent of result.dependents) state.wakeAlarm?.(scope, dependent);
  return result.afterMs === undefined ? {} : { afterMs: result.afterMs };
}

interface Attempt {
  scope: Scope;
  name: string;
  nowMs: number;
  ruleMetrics: RuleMetrics | undefined;
}

interface Judged {
  afterMs: number | undefined;
  dependents: string[];
}

/** What to know of rules before the alarm can be judged. */
interface Unread {
  asks: readonly QueryRecord[];
  newest: ReturnType<typeof newestPeriods>;
}

/** Undefined when there is no such alarm. */
function judgeOnce(
  env: Environment,
  state: State,
  { scope, name, nowMs, ruleMetrics }: Attempt,
): Promise<Judged | Unread | undefined> {
  return env.store.transaction(async (tx): Promise<Judged | Unread | undefined> => {
    const alarm = await alarms.get(tx, scope, name);
    if (!alarm) return undefined;
    if (alarm.type === "metric" && !ruleMetrics && asksRules(alarm.queries ?? []))
      return { asks: alarm.queries!, newest: newestPeriods(alarm, nowMs) };
    const context = { random: env.random, scope, nowMs };
    const judged =
      alarm.type === "metric"
        ? await judgeMetric(tx, env, state, context, alarm, ruleMetrics)
        : await judgeComposite(tx, context, alarm);
    const { metricValue } = state.judgements.get(alarmKey(scope, alarm.name)) ?? {};
    const settled = await settleMuted(tx, context, judged.alarm);
    const repeatAfterMs = settled.muted
      ? undefined
      : repeatActions(tx, context, settled.alarm, metricValue);
    return {
      afterMs: earliest(judged.afterMs, repeatAfterMs, settled.afterMs),
      // Composite alarms that name this one look again; their own change wakes their dependents.
      dependents:
        judged.alarm.state === alarm.state ? [] : await dependentsOf(tx, scope, alarm.name),
    };
  });
}

/** The periods that an alarm looks at, and one more: the newest may be too young. */
function newestPeriods(alarm: MetricAlarmRecord, nowMs: number) {
  const periodMs = periodOf(alarm) * 1000;
  const boundaryMs = nowMs - (nowMs % periodMs);
  return { boundaryMs, periodMs, count: evaluationRange(alarm.evaluationPeriods) + 1, nowMs };
}

async function judgeMetric(
  tx: Transaction,
  env: Environment,
  state: State,
  context: TransitionContext,
  alarm: MetricAlarmRecord,
  ruleMetrics: RuleMetrics | undefined,
): Promise<{ alarm: AlarmRecord; afterMs: number }> {
  const { nowMs, scope } = context;
  const memory = memoryOf(state, scope);
  const newest = newestPeriods(alarm, nowMs);
  const { boundaryMs, periodMs } = newest;
  const graceMs = Math.min(inCloudTime(env, reportingMs), periodMs / 2);
  const nextMs = boundaryMs + periodMs - nowMs;
  const key = alarmKey(scope, alarm.name);
  const last = state.judgements.get(key);
  // A new alarm shows "Unchecked: Initial alarm creation" for a moment.
  const firstMs = alarm.createdMs + firstJudgementMs - nowMs;
  if (!last && alarm.createdMs === alarm.configuredMs && firstMs > 0)
    return { alarm, afterMs: firstMs };
  // A state that was set by hand lasts until a period ends or late values come.
  if (last?.boundaryMs === boundaryMs && last.configuredMs === alarm.configuredMs)
    return { alarm, afterMs: nextMs };
  const count = newest.count - 1;
  const read = await readRange(tx, memory, alarm, { ...newest, ruleMetrics });
  for (const series of read.series) {
    const watchers = memory.watchers.get(series) ?? new Set();
    memory.watchers.set(series, watchers.add(alarm.name));
  }
  const rule: EvaluationRule = {
    evaluationPeriods: alarm.evaluationPeriods,
    datapointsToAlarm: alarm.datapointsToAlarm ?? alarm.evaluationPeriods,
    comparison: alarm.comparison,
    threshold: alarm.threshold,
    treatMissingData:
      alarm.metric?.namespace === "AWS/DynamoDB" ? "ignore" : (alarm.treatMissingData ?? "missing"),
  };
  // Within the time for reporting, a newest period without data is not missing yet.
  const ranges = read.contributors?.map(({ periods }) => periods) ?? [read.periods];
  const early =
    nowMs < boundaryMs + graceMs && !ranges.every(([newest]) => newest?.point !== undefined);
  const afterMs = early ? boundaryMs + graceMs - nowMs : nextMs;
  const cut = (periods: readonly ReadPeriod[]) =>
    early ? periods.slice(1) : periods.slice(0, count);
  const judgedMs = early ? boundaryMs - periodMs : boundaryMs;
  const judgement = { boundaryMs: judgedMs, configuredMs: alarm.configuredMs };
  if (read.contributors) {
    state.judgements.set(key, { ...judgement, metricValue: undefined });
    const cutRanges = read.contributors.map((one) => ({ ...one, periods: cut(one.periods) }));
    const next = await judgeContributors(tx, context, alarm, cutRanges, rule);
    if (!next || next.state === alarm.state) return { alarm, afterMs };
    return { alarm: await transition(tx, context, alarm, next), afterMs };
  }
  const periods = cut(read.periods);
  const evaluation = evaluate(
    periods.map(({ point }) => point),
    rule,
  );
  const [latest] = evaluation.judged;
  state.judgements.set(key, { ...judgement, metricValue: latest?.value });
  if (evaluation.state === undefined || evaluation.state === alarm.state) return { alarm, afterMs };
  if (hasTooFewSamples(alarm, periods, evaluation.judged)) return { alarm, afterMs };
  const changed = await transition(tx, context, alarm, {
    state: evaluation.state,
    reason: reasonText(alarm, evaluation, alarm.state),
    reasonData: reasonData({
      alarm,
      evaluation,
      periods,
      periodSeconds: periodOf(alarm),
      nowMs,
    }),
    ...(latest && { metricValue: latest.value }),
  });
  return { alarm: changed, afterMs };
}

/** Seconds. With metric math, the longest period of its metrics. */
function periodOf({ metric, queries = [], thresholdId }: MetricAlarmRecord): number {
  if (metric) return metric.periodSeconds;
  const watched = queries.find(({ id, returnData }) => returnData && id !== thresholdId);
  if (watched?.periodSeconds !== undefined) return watched.periodSeconds;
  return Math.max(60, ...queries.map(({ stat }) => stat?.periodSeconds ?? 0));
}

/**
 * Alarms with Auto Scaling actions invoke them once a minute while the state lasts. Gives the time
 * until the next invocation.
 */
function repeatActions(
  tx: Transaction,
  context: TransitionContext,
  alarm: AlarmRecord,
  metricValue: number | undefined,
): number | undefined {
  if (!alarm.actionsEnabled) return undefined;
  const scaling = actionsFor(alarm, alarm.state).filter((action) => isScaling(parseAction(action)));
  if (scaling.length === 0) return undefined;
  const dueMs = (alarm.repeatedMs ?? Number.NEGATIVE_INFINITY) + repeatedActionMs;
  if (context.nowMs < dueMs) return dueMs - context.nowMs;
  alarms.put(tx, context.scope, [alarm.name], { ...alarm, repeatedMs: context.nowMs });
  owe(tx, context, alarm, scaling, {
    from: alarm.state,
    repeated: true,
    ...(metricValue !== undefined && { metricValue }),
  });
  return repeatedActionMs;
}

function earliest(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function forget(state: State, scope: Scope, name: string): void {
  const memory = memoryOf(state, scope);
  for (const [series, watchers] of memory.watchers)
    if (watchers.delete(name) && watchers.size === 0) memory.watchers.delete(series);
  state.judgements.delete(alarmKey(scope, name));
}
