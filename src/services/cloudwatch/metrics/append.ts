/** Taking values in: one journal record for a whole request, and the memory beside it. */
import type { Environment } from "#services/kit/service.ts";
import type { Transaction } from "#store/store.ts";
import { journal, metrics, progress, type JournalRecord, type MetricRecord } from "../records.ts";
import { scheduleFold } from "./fold.ts";
import { addToHot } from "./hot.ts";
import { dimensionsText, type DimensionPairs } from "./identity.ts";
import { progressOf, takeSequence, type ScopeMemory } from "./memory.ts";

export interface Datum {
  name: string;
  dimensions: DimensionPairs;
  unit: string;
  timeMs: number;
  highResolution: boolean;
  values: number[];
  counts: number[] | 0 | 1;
}

/** A metric's time of last values is written again only when it is this old. */
const lastSeenMs = 10 * 60_000;
/** So many metrics are remembered at most; the rest is read again when values come. */
const mostKnown = 100_000;

export async function appendValues(
  env: Environment,
  memory: ScopeMemory,
  namespace: string,
  data: readonly Datum[],
): Promise<JournalRecord> {
  const nowMs = env.clock.now();
  const { sequence, record, learned } = await env.store.transaction(async (tx) => {
    const batch = new Map<string, MetricRecord>();
    const rows: JournalRecord = [];
    for (const datum of data) {
      const text = dimensionsText(datum.dimensions);
      const key = `${namespace}\u0000${datum.name}\u0000${text}`;
      const metric =
        batch.get(key) ??
        fitting(memory.known.get(key), datum, nowMs) ??
        (await register(tx, memory, namespace, datum, text, nowMs));
      const complete = fitting(metric, datum, nowMs)
        ? metric
        : await register(tx, memory, namespace, datum, text, nowMs);
      batch.set(key, complete);
      rows.push([
        complete.series[datum.unit]!,
        datum.timeMs,
        datum.highResolution ? 1 : 0,
        datum.values,
        datum.counts,
      ]);
    }
    const taken = await takeSequence(tx, memory);
    journal.put(tx, memory.scope, [taken], rows);
    return { sequence: taken, record: rows, learned: batch };
  });
  if (memory.known.size > mostKnown) memory.known.clear();
  for (const [key, metric] of learned) memory.known.set(key, metric);
  const generation = addToHot(memory.generations, sequence, record);
  scheduleFold(env, memory, generation);
  return record;
}

/** The metric when nothing about its record has to change for the datum. */
function fitting(
  metric: MetricRecord | undefined,
  { unit, highResolution }: Datum,
  nowMs: number,
): MetricRecord | undefined {
  if (!metric || metric.series[unit] === undefined) return undefined;
  if (highResolution && !metric.highResolution) return undefined;
  return nowMs - metric.lastMs < lastSeenMs ? metric : undefined;
}

async function register(
  tx: Transaction,
  memory: ScopeMemory,
  namespace: string,
  datum: Datum,
  text: string,
  nowMs: number,
): Promise<MetricRecord> {
  const { scope } = memory;
  const present = await metrics.get(tx, scope, namespace, datum.name, text);
  const series = { ...present?.series };
  if (series[datum.unit] === undefined) {
    const current = await progressOf(tx, scope);
    series[datum.unit] = current.nextSeries;
    progress.put(tx, scope, [], { ...current, nextSeries: current.nextSeries + 1 });
  }
  const metric: MetricRecord = {
    namespace,
    name: datum.name,
    dimensions: datum.dimensions,
    series,
    lastMs: nowMs,
    highResolution: (present?.highResolution ?? false) || datum.highResolution,
  };
  metrics.put(tx, scope, [namespace, datum.name, text], metric);
  return metric;
}
