/** Things that fall due, kept in order, with one timer for them all. */
import type { Clock, Timer } from "#runtime/clock.ts";

export interface DueList<T> {
  add(dueMs: number, item: T): void;
  delete(item: T): void;
  stop(): void;
}

export function createDueList<T>(clock: Clock, due: (item: T) => void): DueList<T> {
  let entries: { dueMs: number; item: T }[] = [];
  let timer: Timer | undefined;
  let armedMs = Number.POSITIVE_INFINITY;

  const arm = () => {
    const first = entries[0];
    if (first && first.dueMs === armedMs) return;
    timer?.cancel();
    armedMs = first?.dueMs ?? Number.POSITIVE_INFINITY;
    timer = first && clock.at(first.dueMs, fire);
  };
  const fire = () => {
    armedMs = Number.POSITIVE_INFINITY;
    const nowMs = clock.now();
    let count = 0;
    while (count < entries.length && entries[count]!.dueMs <= nowMs) count++;
    const ready = entries.splice(0, count);
    for (const { item } of ready) due(item);
    arm();
  };
  return {
    add(dueMs, item) {
      let low = 0;
      let high = entries.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (entries[middle]!.dueMs <= dueMs) low = middle + 1;
        else high = middle;
      }
      entries.splice(low, 0, { dueMs, item });
      arm();
    },
    delete(item) {
      entries = entries.filter((entry) => entry.item !== item);
      arm();
    },
    stop() {
      timer?.cancel();
      entries = [];
    },
  };
}
