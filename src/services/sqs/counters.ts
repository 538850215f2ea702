/** Traffic per queue since the last time it was published. */
import type { QueueRecord } from "./records.ts";

type Queue = Pick<QueueRecord, "id">;

export interface QueueTraffic {
  sent: SizeStatistics;
  received: number;
  deleted: number;
  emptyReceives: number;
}

export interface SizeStatistics {
  count: number;
  sumBytes: number;
  leastBytes: number;
  mostBytes: number;
}

export interface Counters {
  of(queue: Queue): QueueTraffic;
  /** Everything counted since the last call. */
  take(): TakenCounters;
}

export interface TakenCounters {
  /** What was counted of a queue; zeros when nothing was. */
  of(queue: Queue): QueueTraffic;
}

export function createCounters(): Counters {
  /** By queue id. */
  let entries = new Map<string, QueueTraffic>();
  return {
    of({ id }) {
      let traffic = entries.get(id);
      if (!traffic) entries.set(id, (traffic = createTraffic()));
      return traffic;
    },
    take() {
      const taken = entries;
      entries = new Map();
      return { of: ({ id }) => taken.get(id) ?? createTraffic() };
    },
  };
}

export function countSent({ sent }: QueueTraffic, sizeBytes: number): void {
  sent.leastBytes = sent.count === 0 ? sizeBytes : Math.min(sent.leastBytes, sizeBytes);
  sent.mostBytes = Math.max(sent.mostBytes, sizeBytes);
  sent.sumBytes += sizeBytes;
  sent.count++;
}

function createTraffic(): QueueTraffic {
  const sent = { count: 0, sumBytes: 0, leastBytes: 0, mostBytes: 0 };
  return { sent, received: 0, deleted: 0, emptyReceives: 0 };
}
