/**
 * Values that are in the journal and not in blocks yet, aggregated in memory for readers. It is a copy
 * of the journal: lost with the process and built again from it.
 */
import type { JournalDatum, JournalRecord } from "../records.ts";
import { addStatisticSet, addValue, emptyAggregate, type Aggregate } from "./aggregate.ts";

/** A stretch of the journal that is folded into blocks in one transaction. */
export interface Generation {
  firstSequence: number;
  lastSequence: number;
  values: number;
  /** Series, then the start of the minute. */
  minutes: Map<number, Map<number, Aggregate>>;
  /** Series, then the start of the second, for values of high resolution. */
  seconds: Map<number, Map<number, Aggregate>>;
}

/** So many values at most are folded in one transaction. */
const valuesPerGeneration = 20_000;

export function addToHot(
  generations: Generation[],
  sequence: number,
  record: JournalRecord,
): Generation {
  const generation = generationOf(generations, sequence);
  for (const datum of record) addDatum(generation, datum);
  return generation;
}

function generationOf(generations: Generation[], sequence: number): Generation {
  // Commits may be announced out of order: a late one belongs where its number lies.
  for (let index = generations.length - 1; index >= 0; index--) {
    const generation = generations[index]!;
    if (sequence < generation.firstSequence) continue;
    const last = index === generations.length - 1;
    if (!last || generation.values < valuesPerGeneration || sequence <= generation.lastSequence) {
      if (last) generation.lastSequence = Math.max(generation.lastSequence, sequence);
      return generation;
    }
    break;
  }
  const generation: Generation = {
    firstSequence: sequence,
    lastSequence: sequence,
    values: 0,
    minutes: new Map(),
    seconds: new Map(),
  };
  generations.push(generation);
  generations.sort((a, b) => a.firstSequence - b.firstSequence);
  return generation;
}

export function addDatum(
  into: Pick<Generation, "values" | "minutes" | "seconds">,
  [series, timeMs, highResolution, values, counts]: JournalDatum,
): void {
  into.values += values.length;
  add(slotOf(into.minutes, series, timeMs - (timeMs % 60_000)), values, counts);
  if (highResolution === 1)
    add(slotOf(into.seconds, series, timeMs - (timeMs % 1000)), values, counts);
}

function slotOf(tier: Map<number, Map<number, Aggregate>>, series: number, startMs: number) {
  let slots = tier.get(series);
  if (!slots) tier.set(series, (slots = new Map()));
  let aggregate = slots.get(startMs);
  if (!aggregate) slots.set(startMs, (aggregate = emptyAggregate()));
  return aggregate;
}

function add(into: Aggregate, values: readonly number[], counts: JournalDatum[4]): void {
  if (counts === 0) {
    const [count, sum, min, max] = values as [number, number, number, number];
    addStatisticSet(into, count, sum, min, max);
    return;
  }
  for (let index = 0; index < values.length; index++) {
    const count = counts === 1 ? 1 : counts[index]!;
    if (count > 0) addValue(into, values[index]!, count);
  }
}
