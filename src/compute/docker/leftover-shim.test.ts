import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { endLeftoverShim, isLeftoverTask } from "./leftover-shim.ts";

test(
  "the keeper of that container ends, and no other process that names it",
  { skip: process.platform !== "linux" },
  async () => {
    const container = "f00d".repeat(16);
    const start = (argv0: string) =>
      spawn("/bin/sh", ["-c", "sleep 60 & wait", "-id", container], { argv0, stdio: "ignore" });
    const [keeper, other] = [start("/usr/bin/containerd-shim-runc-v2"), start("/usr/bin/runc")];
    const ended = once(keeper, "exit");
    await Promise.all([once(keeper, "spawn"), once(other, "spawn")]);
    assert.equal(endLeftoverShim("beef".repeat(16)), false);
    assert.equal(endLeftoverShim(container), true);
    assert.deepEqual(await ended, [null, "SIGKILL"]);
    assert.equal(other.exitCode ?? other.signalCode, null);
    other.kill("SIGKILL");
  },
);

test("the engine's refusal is known by its words", () => {
  assert.ok(isLeftoverTask(new Error("task 2da0ab03: already exists")));
  assert.ok(isLeftoverTask(new Error("id already in use")));
  assert.ok(!isLeftoverTask(new Error("network already exists")));
});
