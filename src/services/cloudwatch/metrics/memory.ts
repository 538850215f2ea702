/** CloudWatch's volatile memory of one account and region; every part can be built again. */
import type { Timer } from "#runtime/clock.ts";
import type { Environment } from "#services/kit/service.ts";
import { listScopes, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { noteDependencies } from "../alarms/composite.ts";
import { alarms, journal, progress, type MetricRecord, type ProgressRecord } from "../records.ts";
import type { Model } from "../anomaly/model.ts";
import { addToHot, type Generation } from "./hot.ts";

export interface ScopeMemory {
  readonly scope: Scope;
  /** Undefined until the store was asked. */
  nextSequence: number | undefined;
  /** Metrics that got values lately, by namespace, name and dimensions. */
  readonly known: Map<string, MetricRecord>;
  generations: Generation[];
  foldTimer: Timer | undefined;
  /** Whose memory it is: once the service has stopped, nothing is folded later. */
  readonly owner: Pick<State, "isStopped">;
  folding: Promise<void> | undefined;
  /** Which alarms look at a series. */
  readonly watchers: Map<number, Set<string>>;
  /** Trained models of what is normal; trained anew when they are lost. */
  readonly models: Map<string, TrainedModel>;
}

export interface TrainedModel {
  /** Undefined: there was too little data. */
  model: Model | undefined;
  trainedMs: number;
  /** When the detector was configured that it was trained for. */
  configuredMs: number;
}

export interface State {
  /** Others may still send values while they stop; they are in the journal, and nothing is planned for them. */
  isStopped: boolean;
  readonly scopes: Map<string, ScopeMemory>;
  /** Wakes the reconciler of an alarm; set once it runs. */
  wakeAlarm: ((scope: Scope, alarmName: string) => void) | undefined;
  /** Until when late values are awaited before an alarm looks again, by scope and alarm. */
  readonly awaited: Map<string, Timer>;
  /** What each alarm was last judged by, by scope and alarm; judged anew when it is lost. */
  readonly judgements: Map<string, Judgement>;
}

export interface Judgement {
  /** The end of the newest period that was judged. */
  boundaryMs: number;
  configuredMs: number;
  /** The newest datapoint's value. */
  metricValue: number | undefined;
}

export function createState(): State {
  return {
    isStopped: false,
    scopes: new Map(),
    wakeAlarm: undefined,
    awaited: new Map(),
    judgements: new Map(),
  };
}

export function alarmKey({ account, region }: Scope, name: string): string {
  return `${account}/${region}/${name}`;
}

export function memoryOf(state: State, scope: Scope): ScopeMemory {
  const name = `${scope.account}/${scope.region}`;
  let memory = state.scopes.get(name);
  if (!memory) {
    memory = {
      scope: { account: scope.account, region: scope.region },
      nextSequence: undefined,
      known: new Map(),
      generations: [],
      foldTimer: undefined,
      owner: state,
      folding: undefined,
      watchers: new Map(),
      models: new Map(),
    };
    state.scopes.set(name, memory);
  }
  return memory;
}

/** Reads every journal again, as after a restart. */
export async function recover(env: Environment, state: State): Promise<void> {
  await env.store.transaction(async (tx) => {
    // Stores of earlier versions do not say which composite alarms look at an alarm.
    for (const scope of await listScopes(tx))
      for (const alarm of await alarms.list(tx, scope))
        noteDependencies(tx, scope, undefined, alarm);
  });
  const found = await env.store.transaction(async (tx) => {
    const scopes = await listScopes(tx);
    return Promise.all(
      scopes.map(async (scope) => ({ scope, entries: await journal.entries(tx, scope) })),
    );
  });
  for (const { scope, entries } of found) {
    if (entries.length === 0) continue;
    const memory = memoryOf(state, scope);
    for (const { id, record } of entries) addToHot(memory.generations, id[0] as number, record);
  }
}

export async function progressOf(tx: Transaction, scope: Scope): Promise<ProgressRecord> {
  return (
    (await progress.get(tx, scope)) ?? {
      foldedSequence: 0,
      nextSeries: 1,
      secondsFromMs: 0,
      minutesFromMs: 0,
      fiveMinutesFromMs: 0,
      hoursFromMs: 0,
    }
  );
}

export async function takeSequence(tx: Transaction, memory: ScopeMemory): Promise<number> {
  if (memory.nextSequence === undefined) {
    const [last] = await journal.entries(tx, memory.scope, [], { limit: 1, reverse: true });
    const { foldedSequence } = await progressOf(tx, memory.scope);
    memory.nextSequence = Math.max(foldedSequence, (last?.id[0] as number | undefined) ?? 0) + 1;
  }
  return memory.nextSequence++;
}
