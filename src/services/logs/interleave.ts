/** The events of several streams in the order of their time, read in parts. */
import type { Scope } from "#store/collection.ts";
import type { Key, Store } from "#store/store.ts";
import { events, type EventRecord } from "./records.ts";

export interface Interleaved {
  /** Orders events over all streams. */
  place: string;
  stream: string;
  record: EventRecord;
}

interface Cursor {
  stream: string;
  after: Key | undefined;
  waiting: Interleaved[];
  exhausted: boolean;
}

const rowsPerPart = 10_000;
const fewestPerStream = 50;

export interface Interleaving {
  scope: Scope;
  groupId: string;
  streams: readonly string[];
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  /** A place behind which to begin; "" for the start. */
  after: string;
}

/** Yields parts in order; each is complete up to its last event. */
export async function* interleave(
  store: Store,
  { scope, groupId, streams, fromMs, toMs, after }: Interleaving,
): AsyncGenerator<Interleaved[]> {
  const startMs = Math.max(fromMs, timeOfPlace(after));
  const perStream = Math.max(fewestPerStream, Math.floor(rowsPerPart / streams.length));
  const cursors = streams.map((stream): Cursor => ({
    stream,
    after: undefined,
    waiting: [],
    exhausted: false,
  }));
  const fill = async (cursor: Cursor) => {
    const rows = await store.transaction((tx) =>
      tx.between<EventRecord>(
        events.key(scope, groupId, cursor.stream, startMs),
        events.key(scope, groupId, cursor.stream, toMs),
        { limit: perStream, ...(cursor.after && { after: cursor.after }) },
      ),
    );
    cursor.after = rows.at(-1)?.key ?? cursor.after;
    cursor.exhausted = rows.length < perStream;
    for (const { key, value: record } of rows) {
      const place = placeOf(record.timestampMs, cursor.stream, Number(key[7]));
      if (place > after) cursor.waiting.push({ place, stream: cursor.stream, record });
    }
  };
  for (;;) {
    for (const cursor of cursors)
      while (cursor.waiting.length === 0 && !cursor.exhausted) await fill(cursor);
    // Behind the earliest end of what was read, another stream may still have something.
    const ends = cursors.flatMap(({ waiting, exhausted }) =>
      exhausted ? [] : [waiting.at(-1)!.place],
    );
    const known = ends.reduce<string | undefined>(
      (least, end) => (least === undefined || end < least ? end : least),
      undefined,
    );
    const part: Interleaved[] = [];
    for (const cursor of cursors) {
      const { waiting } = cursor;
      const later = known === undefined ? -1 : waiting.findIndex(({ place }) => place > known);
      part.push(...waiting.splice(0, later < 0 ? waiting.length : later));
    }
    if (part.length === 0) return;
    yield part.toSorted((a, b) => (a.place < b.place ? -1 : 1));
  }
}

export function placeOf(timestampMs: number, stream: string, number: number): string {
  return `${String(timestampMs).padStart(15, "0")}:${stream}:${String(number).padStart(12, "0")}`;
}

function timeOfPlace(place: string): number {
  return place === "" ? 0 : Number(place.slice(0, 15));
}
