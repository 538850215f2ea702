/** Folding the journal into blocks, and blocks into coarser ones as they age. */
import type { Environment } from "#services/kit/service.ts";
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
import { blocks, journal, progress, type ProgressRecord } from "../records.ts";
import { emptyAggregate, mergeAggregate, type Aggregate } from "./aggregate.ts";
import { decodeBlock, encodeBlock, type Slots } from "./block-codec.ts";
import { addDatum, type Generation } from "./hot.ts";
import { progressOf, type ScopeMemory } from "./memory.ts";

/** Cloud time from the first value in the journal to its folding. */
const foldAfterMs = 5 * 60_000;
/** A clock that is moved comes to the next five minutes at once; it is waited for a whole block. */
const foldWhenMovedMs = freshTier.blockMs;
/** With so many values in memory nothing waits. */
const crowded = 20_000;
/** Blocks moved to the next tier in one transaction. */
const agedBlocksPerStep = 200;

/** Called after each append. */
export function scheduleFold(env: Environment, memory: ScopeMemory, latest: Generation): void {
  if (memory.folding || memory.owner.isStopped) return;
  if (latest.values >= crowded) {
    void env.clock.track(foldAll(env, memory));
    return;
  }
  memory.foldTimer ??= env.clock.after(delayMs(env), () => foldAll(env, memory));
}

function delayMs({ clock }: Environment): number {
  return clock.mode === "virtual" ? foldWhenMovedMs : foldAfterMs;
}

/** Folds everything that is in memory now, generation by generation. */
function foldAll(env: Environment, memory: ScopeMemory): Promise<void> {
  memory.foldTimer?.cancel();
  memory.foldTimer = undefined;
  // Nothing is lost: the journal is folded when values come again.
  const failed = (error: unknown) => env.log.error("folding metrics failed", { error });
  memory.folding ??= run(env, memory)
    .catch(failed)
    .finally(() => {
      memory.folding = undefined;
      if (memory.generations.length > 0 && !memory.owner.isStopped)
        memory.foldTimer ??= env.clock.after(delayMs(env), () => foldAll(env, memory));
    });
  return memory.folding;
}

async function run(env: Environment, memory: ScopeMemory): Promise<void> {
  const waiting = memory.generations.slice();
  for (const generation of waiting) {
    // From here on new values go to another generation.
    generation.values = Math.max(generation.values, crowded);
    const { lastSequence } = generation;
    await env.store.transaction((tx) => fold(tx, memory.scope, lastSequence));
    memory.generations = memory.generations.filter((other) => other !== generation);
  }
  const nowMs = env.clock.now();
  while (await env.store.transaction((tx) => age(tx, memory.scope, nowMs)));
}

async function fold(tx: Transaction, scope: Scope, lastSequence: number): Promise<void> {
  const current = await progressOf(tx, scope);
  const folded = { values: 0, minutes: new Map(), seconds: new Map() };
  for (const { id, record } of await journal.entries(tx, scope)) {
    const sequence = id[0] as number;
    if (sequence > lastSequence) break;
    // What was folded before and is still there was announced twice.
    if (sequence > current.foldedSequence) for (const datum of record) addDatum(folded, datum);
    journal.delete(tx, scope, sequence);
  }
  const { older, newer } = split(folded.minutes, current.freshFromMs ?? 0);
  await mergeIntoBlocks(tx, scope, minuteTier, older);
  await mergeIntoBlocks(tx, scope, freshTier, newer);
  await mergeIntoBlocks(tx, scope, secondTier, folded.seconds);
  if (lastSequence > current.foldedSequence)
    progress.put(tx, scope, [], { ...current, foldedSequence: lastSequence });
}

type Series = Map<number, Map<number, Aggregate>>;

/** Values that come late belong where those of their time have gone already. */
function split(series: Series, atMs: number): { older: Series; newer: Series } {
  const [older, newer]: [Series, Series] = [new Map(), new Map()];
  for (const [id, points] of series)
    for (const [timeMs, aggregate] of points) {
      const side = timeMs < atMs ? older : newer;
      const own = side.get(id);
      if (own) own.set(timeMs, aggregate);
      else side.set(id, new Map([[timeMs, aggregate]]));
    }
  return { older, newer };
}

async function mergeIntoBlocks(
  tx: Transaction,
  scope: Scope,
  { periodMs, blockMs, key }: Tier,
  series: Series,
): Promise<void> {
  for (const [id, points] of series) {
    const touched = new Map<number, Slots>();
    for (const [timeMs, aggregate] of points) {
      const startMs = timeMs - (timeMs % blockMs);
      let slots = touched.get(startMs);
      if (!slots) {
        const stored = await blocks.get(tx, scope, key, startMs, id);
        touched.set(startMs, (slots = stored ? decodeBlock(stored) : new Map()));
      }
      const slot = Math.floor((timeMs - startMs) / periodMs);
      const present = slots.get(slot) ?? emptyAggregate();
      mergeAggregate(present, aggregate);
      slots.set(slot, present);
    }
    for (const [startMs, slots] of touched)
      blocks.put(tx, scope, [key, startMs, id], encodeBlock(slots, blockMs / periodMs));
  }
}

interface Step {
  tier: Tier;
  /** Where its datapoints go on to; nowhere when their time is over. */
  next: Tier | undefined;
  mark: "secondsFromMs" | "freshFromMs" | "minutesFromMs" | "fiveMinutesFromMs" | "hoursFromMs";
  /** As many as fill a block of the next tier go on together, so that it is written once. */
  alignMs?: number;
}

const steps: Step[] = [
  { tier: secondTier, next: undefined, mark: "secondsFromMs" },
  {
    tier: freshTier,
    next: minuteTier,
    mark: "freshFromMs",
    // Nobody sees which of the two has a minute.
    alignMs: minuteTier.blockMs,
  },
  { tier: minuteTier, next: fiveMinuteTier, mark: "minutesFromMs" },
  { tier: fiveMinuteTier, next: hourTier, mark: "fiveMinutesFromMs" },
  { tier: hourTier, next: undefined, mark: "hoursFromMs" },
];

/** Moves blocks whose retention has passed on to the next tier. True when there is more to do. */
async function age(tx: Transaction, scope: Scope, nowMs: number): Promise<boolean> {
  const current = await progressOf(tx, scope);
  for (const step of steps) {
    const keptFromMs = nowMs - step.tier.retentionMs;
    const untilMs = keptFromMs - (keptFromMs % (step.alignMs ?? step.tier.blockMs));
    if (untilMs <= (current[step.mark] ?? 0)) continue;
    await ageTier(tx, scope, current, step, untilMs);
    return true;
  }
  return false;
}

async function ageTier(
  tx: Transaction,
  scope: Scope,
  current: ProgressRecord,
  { tier, next, mark }: Step,
  untilMs: number,
): Promise<void> {
  const found = await blocks.entries(tx, scope, [tier.key], { limit: agedBlocksPerStep });
  const due = found.filter(({ id }) => (id[1] as number) < untilMs);
  const coarser = new Map<number, Map<number, Aggregate>>();
  for (const { id, record } of due) {
    const [, startMs, series] = id as [number, number, number];
    if (next) {
      const into = coarser.get(series) ?? new Map<number, Aggregate>();
      coarser.set(series, into);
      for (const [slot, aggregate] of decodeBlock(record))
        mergeSlot(into, startMs + slot * tier.periodMs, next.periodMs, aggregate);
    }
    blocks.delete(tx, scope, ...id);
  }
  if (next) await mergeIntoBlocks(tx, scope, next, coarser);
  // The mark moves when nothing before it is left; until then readers find both tiers.
  if (due.length < agedBlocksPerStep) progress.put(tx, scope, [], { ...current, [mark]: untilMs });
}

/** Merges a datapoint into the coarser one that contains it; periods are counted from `originMs`. */
export function mergeSlot(
  into: Map<number, Aggregate>,
  timeMs: number,
  periodMs: number,
  aggregate: Aggregate,
  originMs = 0,
): void {
  const startMs = timeMs - ((timeMs - originMs) % periodMs);
  const present = into.get(startMs);
  if (present) mergeAggregate(present, aggregate);
  else {
    const fresh = emptyAggregate();
    mergeAggregate(fresh, aggregate);
    into.set(startMs, fresh);
  }
}
