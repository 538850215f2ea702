/** Steps of one name run one after the other, whether the one before failed or not. */
export interface Serial {
  <T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when everything under way now has come to its end. */
  settled(): Promise<void>;
}

export function createSerial(): Serial {
  const tails = new Map<string, Promise<unknown>>();
  const serially = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const result = (tails.get(name) ?? Promise.resolve()).then(work);
    const tail = Promise.allSettled([result]);
    tails.set(name, tail);
    void tail.finally(() => {
      if (tails.get(name) === tail) tails.delete(name);
    });
    return result;
  };
  return Object.assign(serially, {
    settled: async () => void (await Promise.all(tails.values())),
  });
}
