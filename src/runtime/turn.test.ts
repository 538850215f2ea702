import assert from "node:assert/strict";
import test from "node:test";
import { atEndOfTurn, endOfTurn } from "./turn.ts";

test("what a turn's end brings about has its own end in the same turn", async () => {
  const seen: string[] = [];
  atEndOfTurn(() => {
    seen.push("end");
    void Promise.resolve().then(() =>
      atEndOfTurn(() => {
        seen.push("end of what came of it");
        atEndOfTurn(() => seen.push("end of that"));
      }),
    );
  });
  setImmediate(() => setImmediate(() => seen.push("next turn")));
  await endOfTurn();
  await endOfTurn();
  await endOfTurn();
  assert.deepEqual(seen, ["end", "end of what came of it", "end of that", "next turn"]);
});
