/**
 * What a commit, a read and a range cost: wall and CPU microseconds (all threads of the process) each.
 *
 *     taskset -c 0 node bench/store.ts [memory|process|fsync …]
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { openLmdbStore } from "#store/lmdb.ts";
import { createMemoryStore } from "#store/memory.ts";
import type { Store } from "#store/store.ts";
import { benchDirectory } from "./load/directory.ts";

const scope = ["123456789012", "us-east-1", "sqs", "message"] as const;
const record = {
  id: "6f1c7f0e-38b1-4d0c-a0c5-0b6f4f1f9c55",
  body: "x".repeat(256),
  sentMs: 1_767_614_400_000,
  visibleMs: 1_767_614_400_000,
  receives: 0,
  attributes: { source: "bench" },
};

const keyOf = (index: number) => [...scope, "orders", Math.imul(index, 2_654_435_761) >>> 0];

async function measure(
  name: string,
  count: number,
  inFlight: number,
  work: (i: number) => unknown,
) {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const wallUs = ((performance.now() - start) * 1000) / count;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `  ${name.padEnd(44)} ${wallUs.toFixed(2).padStart(8)} wall ${((user + system) / count).toFixed(2).padStart(8)} CPU`,
  );
}

async function run(name: string, store: Store) {
  console.log(`${name}, µs each`);
  const put = (index: number) => store.transaction((tx) => tx.put(keyOf(index), record));
  await measure("put, 16 in flight (warming up)", 20_000, 16, put);
  await measure("put, 16 in flight", 100_000, 16, (index) => put(index + 20_000));
  await measure("put, 1 in flight", 5_000, 1, (index) => put(index + 120_000));
  await measure("get + put + delete, 16 in flight", 50_000, 16, (index) =>
    store.transaction(async (tx) => {
      const found = await tx.get<typeof record>(keyOf(index));
      tx.put(keyOf(index + 200_000), { ...found, receives: 1 });
      tx.delete(keyOf(index));
    }),
  );
  await measure("empty transaction", 200_000, 1, () => store.transaction(() => {}));
  await measure("get", 100_000, 16, (index) =>
    store.transaction((tx) => tx.get(keyOf(index + 60_000))),
  );
  await measure("range of 10", 20_000, 16, (index) =>
    store.transaction(async (tx) =>
      (await tx.range([...scope, "orders"], { after: keyOf(index + 60_000), limit: 10 })).map(
        (entry) => entry.value,
      ),
    ),
  );
  await store.close();
}

const chosen = process.argv.slice(2);
const directory = benchDirectory();
for (const kind of ["memory", "process", "fsync"] as const) {
  if (chosen.length > 0 && !chosen.includes(kind)) continue;
  await run(
    kind,
    kind === "memory"
      ? createMemoryStore()
      : await openLmdbStore({ path: join(directory, kind), durability: kind }),
  );
}
rmSync(directory, { recursive: true });
