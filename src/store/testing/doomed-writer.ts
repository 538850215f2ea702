/**
 * A process that moves money between accounts until it is killed. Every acknowledged transfer's number
 * goes to stdout at once. Arguments: directory, durability, seed.
 */
import { writeSync } from "node:fs";
import { createSeededRandom } from "#runtime/random.ts";
import type { Durability } from "../store.ts";
import { openLmdbStore } from "../lmdb.ts";

const [path, durability, seed] = process.argv.slice(2) as [string, Durability, string];
const accounts = 10;
const random = createSeededRandom(Number(seed));
const store = await openLmdbStore({ path, durability, foldBytes: 20_000 });

async function transfer(): Promise<number> {
  return store.transaction(async (tx) => {
    const number = ((await tx.get<number>(["count"])) ?? 0) + 1;
    const from = Math.floor(random.next() * accounts);
    const to = Math.floor(random.next() * accounts);
    const amount = Math.floor(random.next() * 10);
    for (const [account, change] of [
      [from, -amount],
      [to, amount],
    ] as const)
      tx.put(["account", account], ((await tx.get<number>(["account", account])) ?? 0) + change);
    tx.put(["count"], number);
    tx.put(["transfer", number], { from, to, note: random.string(random.next() * 300, "abc") });
    if (number > 50) tx.delete(["transfer", number - 50]);
    return number;
  });
}

async function work(): Promise<never> {
  for (;;) writeSync(1, `${await transfer()}\n`);
}

await Promise.all(Array.from({ length: 16 }, work));
