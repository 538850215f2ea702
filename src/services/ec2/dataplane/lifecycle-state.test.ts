import assert from "node:assert/strict";
import { test } from "node:test";
import { targetOf } from "./lifecycle-state.ts";

test("a state on its way is told as the state it leads to", () => {
  const states = {
    "Pending:Wait": "InService",
    InService: "InService",
    EnteringStandby: "Standby",
    Detaching: "Detached",
    "Terminating:Proceed": "Terminated",
    "Warmed:Stopped": "Warmed:Stopped",
    "Warmed:Terminating:Wait": "Warmed:Terminated",
  };
  for (const [state, target] of Object.entries(states)) assert.equal(targetOf(state), target);
});
