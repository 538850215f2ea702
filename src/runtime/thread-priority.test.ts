import assert from "node:assert/strict";
import { once } from "node:events";
import { constants, getPriority } from "node:os";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

test("a thread goes first, and the others of its process stay where they were", async () => {
  const before = getPriority();
  const module = new URL("./thread-priority.ts", import.meta.url).href;
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads");
     const { getPriority } = require("node:os");
     const { readlinkSync } = require("node:fs");
     import(${JSON.stringify(module)}).then(({ hurryThisThread }) => {
       const hurried = hurryThisThread();
       const id = hurried ? Number(readlinkSync("/proc/thread-self").split("/").at(-1)) : 0;
       parentPort.postMessage({ hurried, priority: hurried ? getPriority(id) : undefined });
     });`,
    { eval: true },
  );
  const [{ hurried, priority }] = (await once(worker, "message")) as [
    { hurried: boolean; priority: number | undefined },
  ];
  await worker.terminate();
  if (hurried) assert.ok(priority! < constants.priority.PRIORITY_NORMAL);
  assert.equal(getPriority(), before);
});
