/** Anomaly detectors: what they watch, and the models that are trained for them. */
import { createHash } from "node:crypto";
import type { Scope } from "#store/collection.ts";
import type { Key, Transaction } from "#store/store.ts";
import { dimensionPairs, dimensionsText } from "../metrics/identity.ts";
import type { ScopeMemory } from "../metrics/memory.ts";
import { dependencies } from "../math/dependencies.ts";
import { sortedPoints, type Range, type TimeSeries } from "../math/series.ts";
import {
  anomalyDetectors,
  type AnomalyDetectorRecord,
  type MetricStatRecord,
  type QueryRecord,
} from "../records.ts";
import { trainModel, type Model } from "./model.ts";

/** "The algorithm trains on up to two weeks of metric data." */
export const trainingMs = 14 * 24 * 3_600_000;
/** A model is trained again when it is this old. */
const staleMs = 3_600_000;
/** So many models are remembered at most. */
const mostModels = 2000;

export function singleDetectorId(
  stat: Pick<MetricStatRecord, "namespace" | "name" | "dimensions" | "statistic">,
): Key {
  const pairs = stat.dimensions.map(({ name, value }) => ({ Name: name, Value: value }));
  const text = dimensionsText(dimensionPairs(pairs));
  return ["single", stat.namespace, stat.name, text, stat.statistic];
}

export function mathDetectorId(queries: readonly QueryRecord[]): Key {
  const text = JSON.stringify(
    queries
      .map(({ id, expression, stat }) => ({ id, expression, stat }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  return ["math", createHash("sha256").update(text).digest("base64url")];
}

/** The id of the detector whose model a query is judged by; `queries` are those that it needs. */
function detectorId(query: QueryRecord, queries: readonly QueryRecord[]): Key {
  return query.stat ? singleDetectorId(query.stat) : mathDetectorId(queries);
}

/** "CloudWatch creates the model" for an alarm on a band when there is none yet. */
export async function ensureDetector(
  tx: Transaction,
  scope: Scope,
  query: QueryRecord,
  queries: readonly QueryRecord[],
  nowMs: number,
): Promise<void> {
  const needed = dependencies(query, queries);
  const id = detectorId(query, needed);
  if (await anomalyDetectors.get(tx, scope, ...id)) return;
  const { stat } = query;
  const watched = stat
    ? {
        metric: {
          namespace: stat.namespace,
          name: stat.name,
          dimensions: stat.dimensions,
          statistic: stat.statistic,
        },
      }
    : { queries: needed.map((one) => ({ ...one, returnData: one.id === query.id })) };
  anomalyDetectors.put(tx, scope, id, { ...watched, excluded: [], configuredMs: nowMs });
}

interface ModelRequest {
  memory: ScopeMemory;
  nowMs: number;
  query: QueryRecord;
  /** The query and all that it refers to. */
  queries: readonly QueryRecord[];
  /** Reads the past of the query. */
  read: (range: Range) => Promise<TimeSeries>;
}

/** The model of a query, trained when there is none or it is old; undefined when data is too scarce. */
export async function modelFor(
  tx: Transaction,
  { memory, nowMs, query, queries, read }: ModelRequest,
): Promise<Model | undefined> {
  const id = detectorId(query, queries);
  const detector = await anomalyDetectors.get(tx, memory.scope, ...id);
  const name = JSON.stringify([
    id,
    query.stat?.periodSeconds,
    query.periodSeconds,
    query.stat?.unit,
  ]);
  const known = memory.models.get(name);
  const configuredMs = detector?.configuredMs ?? 0;
  if (known && known.configuredMs === configuredMs && nowMs - known.trainedMs < staleMs)
    return known.model;
  const toMs = nowMs - (nowMs % 60_000);
  const series = await read({ fromMs: toMs - trainingMs, toMs });
  const model = train(series, detector);
  if (memory.models.size >= mostModels) memory.models.clear();
  // Scarce data is looked at again when it may have become enough.
  const trainedMs = model ? nowMs : nowMs - staleMs + 60_000;
  memory.models.set(name, { model, trainedMs, configuredMs });
  return model;
}

function train(series: TimeSeries, detector: AnomalyDetectorRecord | undefined): Model | undefined {
  const excluded = detector?.excluded ?? [];
  const points = sortedPoints(series).filter(
    ([timeMs]) => !excluded.some(({ fromMs, toMs }) => timeMs >= fromMs && timeMs < toMs),
  );
  return trainModel(points, {
    offsetMs: offsetOf(detector?.timezone, points.at(-1)?.[0] ?? 0),
    percent: series.source?.percent ?? false,
  });
}

/** How far a zone of the time zone database is from UTC at a moment. */
function offsetOf(timezone: string | undefined, atMs: number): number {
  if (timezone === undefined) return 0;
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: timezone, timeZoneName: "longOffset" })
    .formatToParts(atMs)
    .find(({ type }) => type === "timeZoneName");
  const offset = /GMT([+-])(\d\d):(\d\d)/.exec(parts?.value ?? "");
  if (!offset) return 0;
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  return (offset[1] === "-" ? -minutes : minutes) * 60_000;
}
