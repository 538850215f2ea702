/** Reading datapoints: blocks of every tier that can answer, and what is in memory still. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  fiveMinuteTier,
  freshTier,
  hourTier,
  minuteTier,
  secondTier,
  type Tier,
} from "../limits.ts";
import { blocks, metrics, type MetricRecord, type ProgressRecord } from "../records.ts";
import type { Aggregate } from "./aggregate.ts";
import { decodeBlock } from "./block-codec.ts";
import { mergeSlot } from "./fold.ts";
import type { Generation } from "./hot.ts";
import { metricId, type DimensionPairs } from "./identity.ts";
import { progressOf, type ScopeMemory } from "./memory.ts";

export interface Span {
  /** Inclusive; periods are counted from here. */
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  periodMs: number;
}

/** Start of the period to what is known of it. */
export type Points = Map<number, Aggregate>;

export interface MetricRef {
  namespace: string;
  name: string;
  dimensions: DimensionPairs;
}

export function findMetric(
  tx: Transaction,
  scope: Scope,
  { namespace, name, dimensions }: MetricRef,
): Promise<MetricRecord | undefined> {
  return metrics.get(tx, scope, ...metricId(namespace, name, dimensions));
}

/** The datapoints of a metric, of one unit or of all units together. */
export async function readMetric(
  tx: Transaction,
  memory: ScopeMemory,
  metric: MetricRecord,
  span: Span,
  nowMs: number,
  unit?: string,
): Promise<Points> {
  const points: Points = new Map();
  const ids = unit === undefined ? Object.values(metric.series) : [metric.series[unit]];
  const progress = await progressOf(tx, memory.scope);
  for (const id of ids)
    if (id !== undefined)
      await readSeries(tx, memory, progress, { id, metric, span, nowMs, points });
  return points;
}

interface Request {
  id: number;
  metric: MetricRecord;
  span: Span;
  nowMs: number;
  points: Points;
}

async function readSeries(
  tx: Transaction,
  memory: ScopeMemory,
  progress: ProgressRecord,
  { id, metric, span, nowMs, points }: Request,
): Promise<void> {
  const seconds = span.periodMs < minuteTier.periodMs && metric.highResolution;
  const visibleFromMs = visibleFrom(span.periodMs, nowMs);
  const fromMs = Math.max(span.fromMs, visibleFromMs);
  const collect = (timeMs: number, aggregate: Aggregate) => {
    if (timeMs >= fromMs && timeMs < span.toMs)
      mergeSlot(points, timeMs, span.periodMs, aggregate, span.fromMs);
  };
  for (const { tier, from, to } of seconds
    ? [{ tier: secondTier, from: fromMs, to: span.toMs }]
    : tiersOf({ fromMs, toMs: span.toMs }, progress, nowMs))
    await readTier(tx, memory.scope, id, tier, from, to, collect);
  for (const generation of memory.generations)
    if (generation.lastSequence > progress.foldedSequence)
      readHot(generation, id, seconds, collect);
}

/** Finer datapoints are not answered from beyond their retention, even where they are still stored. */
function visibleFrom(periodMs: number, nowMs: number): number {
  for (const tier of [hourTier, fiveMinuteTier, minuteTier])
    if (periodMs % tier.periodMs === 0) return nowMs - tier.retentionMs;
  return nowMs - secondTier.retentionMs;
}

/** Where datapoints of an age can lie: every tier whose turn has come and was not left entirely. */
function tiersOf(
  { fromMs, toMs }: { fromMs: number; toMs: number },
  progress: ProgressRecord,
  nowMs: number,
): { tier: Tier; from: number; to: number }[] {
  const minutesOverMs = nowMs - minuteTier.retentionMs;
  const fiveMinutesOverMs = nowMs - fiveMinuteTier.retentionMs;
  return [
    { tier: hourTier, from: fromMs, to: Math.min(toMs, fiveMinutesOverMs) },
    {
      tier: fiveMinuteTier,
      from: Math.max(fromMs, progress.fiveMinutesFromMs),
      to: Math.min(toMs, minutesOverMs),
    },
    {
      tier: minuteTier,
      from: Math.max(fromMs, progress.minutesFromMs),
      to: Math.min(toMs, nowMs - freshTier.retentionMs),
    },
    { tier: freshTier, from: Math.max(fromMs, progress.freshFromMs ?? 0), to: toMs },
  ].filter(({ from, to }) => from < to);
}

async function readTier(
  tx: Transaction,
  scope: Scope,
  id: number,
  { periodMs, blockMs, key }: Tier,
  fromMs: number,
  toMs: number,
  collect: (timeMs: number, aggregate: Aggregate) => void,
): Promise<void> {
  for (let startMs = fromMs - (fromMs % blockMs); startMs < toMs; startMs += blockMs) {
    const stored = await blocks.get(tx, scope, key, startMs, id);
    if (!stored) continue;
    const first = Math.floor((fromMs - startMs) / periodMs);
    const end = Math.ceil((toMs - startMs) / periodMs);
    for (const [slot, aggregate] of decodeBlock(stored, first, end))
      collect(startMs + slot * periodMs, aggregate);
  }
}

function readHot(
  generation: Generation,
  id: number,
  seconds: boolean,
  collect: (timeMs: number, aggregate: Aggregate) => void,
): void {
  const slots = (seconds ? generation.seconds : generation.minutes).get(id);
  if (slots) for (const [timeMs, aggregate] of slots) collect(timeMs, aggregate);
}
