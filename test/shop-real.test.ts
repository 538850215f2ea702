/** The shop's scenario in short, with real machines on a clock that runs faster than the world's. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { play } from "../examples/shop/scenario/play.ts";
import type { Scenario } from "../examples/shop/scenario/scenario.ts";
import { judge } from "../examples/shop/scenario/verdict.ts";

/** A minute of metrics in 1.5 seconds, and so little load that a busy machine with two cores carries it. */
const quietFriday: Scenario = {
  speed: 40,
  phases: [
    { name: "morning", seconds: 4, rate: 10 },
    { name: "doors open", seconds: 22, rate: 40 },
    { name: "evening", seconds: 1, rate: 5 },
  ],
  killAfterSeconds: 13,
  requestsPerTarget: 24,
  maxWebInstances: 3,
  graceSeconds: 600,
  patienceSeconds: 90,
  calmSeconds: 120,
};

test(
  "real machines grow, lose one of them, shrink, and no session and no order is lost",
  { skip: whyNoMachines(), timeout: 400_000 },
  async (t) => {
    const dataDir = await mkdtemp(join(tmpdir(), "fogbank-shop-"));
    t.after(() => rm(dataDir, { recursive: true, force: true }));
    const findings = await play(quietFriday, dataDir);
    for (const { text, good } of judge(findings)) assert.ok(good, text);
    assert.deepEqual(await processesWith(dataDir), [], "no process of a machine is left");
  },
);

/** What the shop's user data needs of the host, when that is missing; false when all is there. */
function whyNoMachines(): string | false {
  if (process.platform !== "linux") return "an instance's processes are found and killed by /proc";
  for (const program of ["bash", "curl", "node"])
    if (spawnSync(program, ["--version"]).status !== 0) return `there is no ${program}`;
  return false;
}

/** Ids of the processes whose command line or environment names the directory. */
async function processesWith(directory: string): Promise<number[]> {
  const ids = (await readdir("/proc")).map(Number).filter((id) => id > 0 && id !== process.pid);
  const found = await Promise.all(
    ids.map(async (id) => {
      try {
        const texts = ["cmdline", "environ"].map((name) =>
          readFile(`/proc/${id}/${name}`, "latin1"),
        );
        return (await Promise.all(texts)).some((text) => text.includes(directory)) ? [id] : [];
      } catch (error) {
        // It ended while we looked, or it is somebody else's.
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOENT" || code === "ESRCH" || code === "EACCES") return [];
        throw error;
      }
    }),
  );
  return found.flat();
}
