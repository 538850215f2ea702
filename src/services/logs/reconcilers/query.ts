/** Runs queries, and forgets their results when AWS does. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { fieldsOf } from "../insights/discovery.ts";
import { parseQuery, type Command } from "../insights/query.ts";
import { runQuery, runRowwise } from "../insights/run.ts";
import { scanGroup } from "../insights/scan.ts";
import { numberOf, type Row } from "../insights/value.ts";
import { limits } from "../limits.ts";
import { queries, queryResults, type QueryRecord } from "../records.ts";

const rowsPerRecord = 500;

export function createQueryRunner(env: Environment): Reconciler {
  const { store, clock } = env;

  const run = async (query: QueryRecord) => {
    const commands = parseQuery(query.text, clock.now());
    const scan = await scanAll(env, query, commands);
    const { results, matched } = runQuery(scan.rest, newestFirst(scan.rows), query.limit);
    return { results, matched, scanned: scan.scanned, scannedBytes: scan.scannedBytes };
  };

  const keep = (
    scope: Scope,
    id: string,
    { results, ...counted }: Awaited<ReturnType<typeof run>>,
  ) =>
    store.transaction(async (tx) => {
      const query = await queries.get(tx, scope, id);
      if (query?.status !== "Running") return;
      for (let start = 0; start < results.length; start += rowsPerRecord)
        queryResults.put(tx, scope, [id, start], results.slice(start, start + rowsPerRecord));
      const ended = { ...counted, status: "Complete" as const, endedMs: clock.now() };
      queries.put(tx, scope, [id], { ...query, ...ended });
    });

  return {
    name: "logs/query",
    watches: [{ collection: queries }],
    async reconcile(scope, [name]) {
      const id = String(name);
      const query = await store.transaction((tx) => queries.get(tx, scope, id));
      if (!query) return undefined;
      if (query.status === "Scheduled") {
        await store.transaction(async (tx) => {
          const now = await queries.get(tx, scope, id);
          if (now?.status === "Scheduled")
            queries.put(tx, scope, [id], { ...now, status: "Running" });
        });
        return { afterMs: 0 };
      }
      if (query.status === "Running") {
        await keep(scope, id, await run(query));
        return undefined;
      }
      const leftMs = query.createdMs + limits.queryResultsMs - clock.now();
      if (leftMs > 0) return { afterMs: leftMs };
      await store.transaction(async (tx) => {
        for (const found of await queryResults.entries(tx, scope, [id]))
          queryResults.delete(tx, scope, ...found.id);
        queries.delete(tx, scope, id);
      });
      return undefined;
    },
  };
}

/** Commands that look at one event at a time run while events are read, so that few are kept. */
async function scanAll(
  { store }: Environment,
  { groups, fromMs, toMs }: QueryRecord,
  commands: readonly Command[],
) {
  const rowwise = commands.findIndex((command) => !["filter", "parse"].includes(command.do));
  const first = commands.slice(0, rowwise < 0 ? commands.length : rowwise);
  const rows: Row[] = [];
  let [scanned, scannedBytes] = [0, 0];
  for (const group of groups)
    for await (const page of scanGroup(store, group, fromMs, toMs)) {
      scanned += page.length;
      for (const event of page) scannedBytes += Buffer.byteLength(event.message);
      rows.push(...runRowwise(first, page.map(fieldsOf)));
    }
  return { rows, scanned, scannedBytes, rest: commands.slice(first.length) };
}

function newestFirst(rows: readonly Row[]): Row[] {
  const time = (row: Row) => numberOf(row.get("@timestamp"));
  return rows.toSorted((a, b) => time(b) - time(a));
}
