/** Writes a group's events into a bucket, one object at a time. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { AwsError } from "#model/error.ts";
import { isoMillis } from "#runtime/date.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { events, exports, streams, type EventRecord, type ExportRecord } from "../records.ts";

const compress = promisify(gzip);
const eventsPerObject = 10_000;

interface Batch {
  key: string;
  text: string;
  position: NonNullable<ExportRecord["position"]>;
}

export function createExporter({ store, clients, clock }: Environment): Reconciler {
  const change = (scope: Scope, id: string, changes: Partial<ExportRecord>) =>
    store.transaction(async (tx) => {
      const task = await exports.get(tx, scope, id);
      if (task?.status === "PENDING" || task?.status === "RUNNING")
        exports.put(tx, scope, [id], { ...task, ...changes });
    });
  return {
    name: "logs/export",
    watches: [{ collection: exports }],
    async reconcile(scope, [name]) {
      const id = String(name);
      const task = await store.transaction((tx) => exports.get(tx, scope, id));
      if (task?.status !== "PENDING" && task?.status !== "RUNNING") return;
      const batch = await store.transaction((tx) => nextBatch(tx, scope, task));
      if (!batch) {
        await change(scope, id, { status: "COMPLETED", endedMs: Math.floor(clock.now()) });
        return;
      }
      try {
        await clients.s3(asService(scope, "logs.amazonaws.com")).PutObject({
          Bucket: task.bucket,
          Key: batch.key,
          Body: await compress(batch.text),
        });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const endedMs = Math.floor(clock.now());
        await change(scope, id, { status: "FAILED", problem: error.message, endedMs });
        return;
      }
      await change(scope, id, { status: "RUNNING", position: batch.position });
    },
  };
}

/** The events of the next object: those of one stream, from where the last object ended. */
async function nextBatch(
  tx: Parameters<typeof streams.list>[0],
  scope: Scope,
  { id, groupId, streamPrefix = "", fromMs, toMs, prefix, position }: ExportRecord,
): Promise<Batch | undefined> {
  for (const { name: stream } of await streams.list(tx, scope, [groupId])) {
    if (!stream.startsWith(streamPrefix) || (position && stream < position.stream)) continue;
    const isSame = position?.stream === stream;
    const after =
      isSame && events.key(scope, groupId, stream, position.timestampMs, position.number);
    const found = await tx.between<EventRecord>(
      events.key(scope, groupId, stream, fromMs),
      events.key(scope, groupId, stream, toMs),
      { limit: eventsPerObject, ...(after && { after }) },
    );
    const last = found.at(-1);
    if (!last) continue;
    const file = isSame ? position.file + 1 : 0;
    return {
      key: `${prefix}/${id}/${stream.replaceAll("/", "-")}/${String(file).padStart(6, "0")}.gz`,
      text: found.map(({ value }) => `${isoMillis(value.timestampMs)} ${value.message}\n`).join(""),
      position: { stream, timestampMs: last.value.timestampMs, number: Number(last.key[7]), file },
    };
  }
  return undefined;
}
