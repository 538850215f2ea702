/** Traffic per queue since the last time it was published. */
import type { Scope } from "#store/collection.ts";

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
  of(queueName: string, scope: Scope): QueueTraffic;
  /** Everything counted since the last call. */
  take(): TakenCounters;
}

export interface TakenCounters {
  /** What was counted of a queue; zeros when nothing was. */
  of(queueName: string, scope: Scope): QueueTraffic;
}

export function createCounters(): Counters {
  let entries = new Map<string, QueueTraffic>();
  return {
    of(queueName, scope) {
      const key = keyOf(queueName, scope);
      let traffic = entries.get(key);
      if (!traffic) entries.set(key, (traffic = createTraffic()));
      return traffic;
    },
    take() {
      const taken = entries;
      entries = new Map();
      return { of: (queueName, scope) => taken.get(keyOf(queueName, scope)) ?? createTraffic() };
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

function keyOf(queueName: string, { account, region }: Scope): string {
  return `${account}/${region}/${queueName}`;
}
