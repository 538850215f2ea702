/** Reads a group's events for queries, page by page, so that no transaction is long. */
import type { Store } from "#store/store.ts";
import type { Scope } from "#store/collection.ts";
import { events, streams, type EventRecord } from "../records.ts";
import type { SourceEvent } from "./discovery.ts";
import { writePointer } from "./pointer.ts";

const perPage = 1000;

export interface ScannedGroup {
  account: string;
  region: string;
  name: string;
  id: string;
}

/** Events with `fromMs` ≤ time < `toMs`, stream by stream. */
export async function* scanGroup(
  store: Store,
  { account, region, name: group, id: groupId }: ScannedGroup,
  fromMs: number,
  toMs: number,
): AsyncGenerator<SourceEvent[]> {
  const scope: Scope = { account, region };
  const names = await store.transaction((tx) => streams.list(tx, scope, [groupId]));
  for (const { name: stream } of names) {
    let after: readonly (string | number | Uint8Array)[] | undefined;
    for (;;) {
      const page = await store.transaction((tx) =>
        tx.between<EventRecord>(
          events.key(scope, groupId, stream, fromMs),
          events.key(scope, groupId, stream, toMs),
          { limit: perPage, ...(after && { after }) },
        ),
      );
      if (page.length > 0)
        yield page.map(({ key, value }) => ({
          log: `${account}:${group}`,
          stream,
          timestampMs: value.timestampMs,
          ingestedMs: value.ingestedMs,
          message: value.message,
          pointer: writePointer({
            scope,
            group,
            groupId,
            stream,
            timestampMs: value.timestampMs,
            number: Number(key[7]),
          }),
        }));
      if (page.length < perPage) break;
      after = page.at(-1)!.key;
    }
  }
}
