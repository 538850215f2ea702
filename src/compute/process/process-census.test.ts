import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";
import { createScaledClock } from "#runtime/scaled-clock.ts";
import { pause } from "../pause.ts";
import { createProcessCensus } from "./process-census.ts";
import { isAlive, listPids, pidNamespace, readProcess, type ProcessStat } from "./process-table.ts";

const clock = createScaledClock({
  onError: (error) => {
    throw error;
  },
});
after(() => clock.stop());

/** The first process of a process number space of its own; undefined where this host does not let us. */
async function startSpace(): Promise<{ holder: ChildProcess; init: ProcessStat } | undefined> {
  const words = ["--pid", "--fork", "--kill-child", "setsid", "sleep", "1000"];
  const holder = spawn("unshare", words, { stdio: "ignore" });
  const wasStarted = await new Promise<boolean>((resolve) => {
    holder.once("error", () => resolve(false));
    holder.once("spawn", () => resolve(true));
  });
  if (!wasStarted) return undefined;
  while (holder.exitCode === null) {
    const stats = listPids().map((pid) => readProcess(pid));
    const init = stats.find((stat) => stat?.parentPid === holder.pid);
    const namespace = init && pidNamespace(init.pid);
    const isOwn = namespace !== undefined && namespace !== pidNamespace(process.pid);
    // In its own session, too, as machines are: relatives elsewhere are none.
    if (isOwn && init?.session === init?.pid) return { holder, init: init! };
    await pause(clock.wall, 5);
  }
  return undefined;
}

async function end({ holder }: { holder: ChildProcess }): Promise<void> {
  const ended = once(holder, "exit");
  holder.kill("SIGKILL");
  await ended;
}

test("who is given the number of a machine's ended process number space is not that machine's", async (t) => {
  const census = createProcessCensus(clock.wall);
  const first = await startSpace();
  if (!first) return t.skip("this host lets us make no process number spaces");
  const number = pidNamespace(first.init.pid);
  census.claimNamespace(first.init, "/machine");
  assert.deepEqual(
    census.membersOf("/machine", { exact: true }).map(({ pid }) => pid),
    [first.init.pid],
  );
  await end(first);
  while (isAlive(first.init)) await pause(clock.wall, 5);

  const others: (typeof first)[] = [];
  const isReused = () => others.some(({ init }) => pidNamespace(init.pid) === number);
  while (!isReused() && others.length < 50) others.push((await startSpace())!);
  const taken = isReused();
  const members = census.membersOf("/machine", { exact: true });
  for (const other of others) await end(other);
  if (!taken) return t.skip("the kernel gave the number to nobody");
  assert.deepEqual(members, []);
});
