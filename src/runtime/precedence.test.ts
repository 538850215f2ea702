import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import type { Task, Wall } from "./clock.ts";
import {
  givePrecedence,
  kernelThread,
  nextStanding,
  whyNoPrecedence,
  type Standing,
} from "./precedence.ts";

const run = promisify(execFile);
const refusal = await whyNoPrecedence();

const plans: [standing: Standing, share: number, next: Standing][] = [
  ["in turn", 0, "first"],
  ["in turn", 0.3, "in turn"],
  ["first", 0.3, "first"],
  ["first", 0.49, "first"],
  ["first", 0.51, "in turn"],
  ["in turn", 1, "in turn"],
];
for (const [standing, share, next] of plans)
  test(`who stands ${standing} and had ${share} of a core stands ${next} afterwards`, () => {
    assert.equal(nextStanding(standing, share), next);
  });

/** Time that passes when the test says so; what the thread does meanwhile takes as long as it takes. */
class StoppedWall implements Wall {
  #nowMs = 0;
  #waiting = Promise.withResolvers<Task>();
  now = () => this.#nowMs;
  monotonic = () => this.#nowMs;

  after(_delayMs: number, task: Task) {
    this.#waiting.resolve(task);
    return { cancel: () => this.#waiting.resolve(() => {}) };
  }

  async pass(ms: number): Promise<void> {
    const task = await this.#waiting.promise;
    this.#waiting = Promise.withResolvers();
    this.#nowMs += ms;
    await task();
  }
}

const thread = `
  const { parentPort } = require("node:worker_threads");
  const { readlinkSync } = require("node:fs");
  parentPort.postMessage(readlinkSync("/proc/thread-self"));
  parentPort.on("message", (ms) => {
    const end = process.threadCpuUsage().user + ms * 1000;
    while (process.threadCpuUsage().user < end);
    parentPort.postMessage("done");
  });`;

/** The kernel's number of the policy: 0 is the usual one, 2 SCHED_RR. */
function policyOf(kernelId: number): number {
  const stat = readFileSync(`/proc/self/task/${kernelId}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[38]);
}

test("a thread goes first while it is quiet", { skip: refusal ?? false }, async () => {
  const worker = new Worker(thread, { eval: true });
  const [path] = (await once(worker, "message")) as [string];
  const kernelId = Number(path.split("/")[2]);
  const wall = new StoppedWall();
  const fail = (reason: unknown) => assert.fail(String(reason));
  const precedence = givePrecedence({
    thread: Promise.resolve(kernelId),
    wall,
    onError: fail,
    onRefused: fail,
  });
  const work = async (ms: number) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(ms);
    await once(worker, "message");
  };
  assert.equal(policyOf(kernelId), 0);
  await wall.pass(1000);
  assert.equal(policyOf(kernelId), 2);
  assert.equal(policyOf(process.pid), 0, "the main thread takes turns");
  await work(200);
  await wall.pass(250);
  assert.equal(policyOf(kernelId), 0, "it was busy");
  await wall.pass(1000);
  assert.equal(policyOf(kernelId), 2, "it was quiet again");
  precedence.stop();
  await worker.terminate();
});

test("a thread knows its number", { skip: process.platform !== "linux" }, () => {
  assert.equal(kernelThread(), process.pid);
});

const root = process.getuid?.() === 0;
const lacking =
  refusal?.includes("Operation not permitted") || (root && !refusal)
    ? false
    : (refusal ?? "this host allows it to everyone");

test("a host that does not allow it is told of", { skip: lacking }, async () => {
  const script = `
    import { givePrecedence, kernelThread } from ${JSON.stringify(import.meta.resolve("./precedence.ts"))};
    import { createWall } from ${JSON.stringify(import.meta.resolve("./wall.ts"))};
    const thread = Promise.resolve(kernelThread());
    const wall = createWall(console.error);
    givePrecedence({ thread, wall, onError: console.error, onRefused: console.log });`;
  const words = [process.execPath, "--input-type=module", "--eval", script];
  if (!refusal) words.unshift("setpriv", "--bounding-set=-sys_nice");
  const { stdout, stderr } = await run(words[0]!, words.slice(1));
  assert.match(stdout, /^chrt: .* Operation not permitted\n$/);
  assert.equal(stderr, "");
});
