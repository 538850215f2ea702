import assert from "node:assert/strict";
import { test } from "node:test";
import { createEndSignals } from "./end-signals.ts";

test("one keypress that arrives twice ends Fogbank gracefully; a second keypress ends it at once", () => {
  let nowMs = 5000;
  const heard = createEndSignals(() => nowMs);
  assert.equal(heard(), "gracefully");
  assert.equal(heard(), undefined);
  nowMs += 999;
  assert.equal(heard(), undefined);
  nowMs += 1;
  assert.equal(heard(), "at once");
});
