/** A cloud's repeatable randomness: another one after each start, so that what is kept is never named again. */
import { createHash } from "node:crypto";
import { createSeededRandom, type Random } from "#runtime/random.ts";
import type { Store } from "#store/store.ts";

const key = ["fogbank", "cloud", "starts"];

/** The first start of a store draws from the seed itself, the later ones from the seed and their number. */
export async function openSeededRandom(store: Store, seed: number): Promise<Random> {
  const starts = await store.transaction(async (tx) => {
    const { count } = (await tx.get<{ count: number }>(key)) ?? { count: 0 };
    tx.put(key, { count: count + 1 });
    return count;
  });
  if (starts === 0) return createSeededRandom(seed);
  const digest = createHash("sha256").update(`${seed} ${starts}`).digest();
  return createSeededRandom(digest.readUInt32BE());
}
