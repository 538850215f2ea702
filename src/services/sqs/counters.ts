/** Traffic per queue since the last time it was published. */

export interface QueueTraffic {
  sentSizes: number[];
  received: number;
  deleted: number;
  emptyReceives: number;
}

export interface Counters {
  of(queueName: string, scope: { account: string; region: string }): QueueTraffic;
  /** Everything counted since the last call, by account, region and queue name. */
  take(): { account: string; region: string; queueName: string; traffic: QueueTraffic }[];
}

export function createCounters(): Counters {
  type Entry = ReturnType<Counters["take"]>[number];
  let entries = new Map<string, Entry>();
  return {
    of(queueName, { account, region }) {
      const key = `${account}/${region}/${queueName}`;
      let entry = entries.get(key);
      if (!entry) {
        const traffic = { sentSizes: [], received: 0, deleted: 0, emptyReceives: 0 };
        entry = { account, region, queueName, traffic };
        entries.set(key, entry);
      }
      return entry.traffic;
    },
    take() {
      const taken = [...entries.values()];
      entries = new Map();
      return taken;
    },
  };
}
