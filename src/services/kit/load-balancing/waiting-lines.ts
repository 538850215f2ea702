/** Lines of logs that wait in the store for the end of their interval. */
import { listScopes, type Collection, type Scope } from "#store/collection.ts";
import type { Key } from "#store/store.ts";
import type { Environment } from "../service.ts";

export interface LogFile<Record> {
  scope: Scope;
  /** Of the ids of the records that go into it. */
  id: Key;
  /** One of them. */
  record: Record;
  lines: string[];
}

/**
 * Puts lines together by the file that they go to: that of their scope, of their owner, and of their ids but for the
 * time and the random text at the end. They are deleted once `write` has ended, unless it answers that they go with a
 * later file.
 */
export async function deliverLines<Record extends { lines: string[] }>(
  { store }: Pick<Environment, "store">,
  records: Collection<Record>,
  ownerOf: (record: Record) => string,
  write: (file: LogFile<Record>) => Promise<"later" | void>,
): Promise<void> {
  const files = new Map<string, LogFile<Record> & { ids: Key[] }>();
  await store.transaction(async (tx) => {
    for (const scope of await listScopes(tx))
      for (const { id, record } of await records.entries(tx, scope)) {
        const { account, region } = scope;
        const name = JSON.stringify([account, region, ownerOf(record), ...id.slice(0, -2)]);
        const file = files.get(name) ?? { scope, id, record, lines: [], ids: [] };
        files.set(name, file);
        file.lines.push(...record.lines);
        file.ids.push(id);
      }
  });
  for (const { ids, ...file } of files.values()) {
    if ((await write(file)) === "later") continue;
    await store.transaction(async (tx) => {
      for (const id of ids) records.delete(tx, file.scope, ...id);
    });
  }
}
