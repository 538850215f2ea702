import assert from "node:assert/strict";
import { test } from "node:test";
import { createState } from "./state.ts";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import { createLog } from "#runtime/log.ts";
import { createSeededRandom } from "#runtime/random.ts";
import type { Environment } from "#services/kit/service.ts";

test("what tells the DNS server of the store runs one after the other, whatever becomes of each", async () => {
  const state = createState({
    clock: createVirtualClock({ onError: (error) => assert.fail(String(error)) }),
    log: createLog({ level: "error" }),
    random: createSeededRandom(1),
  } as unknown as Environment);
  const seen: string[] = [];
  const step = (name: string) => async () => {
    seen.push(`${name} reads`);
    await Promise.resolve();
    seen.push(`${name} tells`);
    if (name === "bad") throw new Error(name);
    return name;
  };
  const [one, bad, two] = await Promise.allSettled(
    ["one", "bad", "two"].map((name) => state.inOrder(step(name))),
  );
  assert.deepEqual([one!.status, bad!.status, two!.status], ["fulfilled", "rejected", "fulfilled"]);
  assert.deepEqual(
    seen,
    ["one", "bad", "two"].flatMap((name) => [`${name} reads`, `${name} tells`]),
  );
  await state.close();
});
