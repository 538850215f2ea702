/** Traffic per topic since the last time it was published. */

export interface TopicTraffic {
  sizes: number[];
  delivered: number;
  failed: number;
  redriven: number;
}

export interface Counters {
  published(topicArn: string, sizeBytes: number): void;
  count(topicArn: string, what: "delivered" | "failed" | "redriven", times?: number): void;
  /** Everything since the last call, by topic ARN. */
  take(): Map<string, TopicTraffic>;
}

export function createCounters(): Counters {
  let entries = new Map<string, TopicTraffic>();
  const of = (topicArn: string): TopicTraffic => {
    let traffic = entries.get(topicArn);
    if (!traffic) {
      traffic = { sizes: [], delivered: 0, failed: 0, redriven: 0 };
      entries.set(topicArn, traffic);
    }
    return traffic;
  };
  return {
    published: (topicArn, sizeBytes) => void of(topicArn).sizes.push(sizeBytes),
    count(topicArn, what, times = 1) {
      of(topicArn)[what] += times;
    },
    take() {
      const taken = entries;
      entries = new Map();
      return taken;
    },
  };
}
