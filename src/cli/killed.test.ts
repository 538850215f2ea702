import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";

test("what a killed Fogbank left among temporary files goes with the next start, whatever that keeps", async (t) => {
  const temporary = mkdtempSync(join(tmpdir(), "fogbank-killed-test-"));
  const running: ChildProcess[] = [];
  const end = async (child: ChildProcess, signal: NodeJS.Signals) => {
    const gone = once(child, "exit");
    if (child.kill(signal)) await gone;
  };
  t.after(async () => {
    for (const child of running) await end(child, "SIGKILL");
    rmSync(temporary, { recursive: true });
  });
  const start = async (...options: string[]) => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, "main.ts"), "up", "--port", "0", "--dns-port", "0", ...options],
      {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, TMPDIR: temporary, FOGBANK_LOG_LEVEL: "warn" },
      },
    );
    running.push(child);
    await once(child.stdout, "data");
    return child;
  };
  const left = () => readdirSync(temporary).filter((name) => /^fogbank-[0-9a-f]{12}$/.test(name));
  const killed = await start("--ephemeral", "--compute", "process");
  const [first] = left();
  await end(killed, "SIGKILL");
  assert.deepEqual(left(), [first]);
  const living = await start("--ephemeral", "--compute", "process");
  await eventually("the directory goes", () => !left().includes(first!));
  const [second, ...more] = left();
  assert.ok(second !== undefined && more.length === 0);
  // One that keeps its data has no directory of its own there, and looks all the same.
  const keeping = await start("--data-dir", join(temporary, "data"), "--compute", "simulated");
  await end(keeping, "SIGTERM");
  assert.deepEqual(left(), [second]);
  await end(living, "SIGKILL");
  await start("--data-dir", join(temporary, "data"), "--compute", "simulated");
  await eventually("that goes as well", () => left().length === 0);
});
