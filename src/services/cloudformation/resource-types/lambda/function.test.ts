import assert from "node:assert/strict";
import { test } from "node:test";
import type { UpdateRequest } from "../resource-type.ts";
import { resourceType } from "./function.ts";

/** An update of code and settings while the code's package is unpacked for so long. */
async function update(unpackMs: number): Promise<string[]> {
  let nowMs = 0;
  let isUnpackedMs = 0;
  const calls: string[] = [];
  const state = () => (nowMs < isUnpackedMs ? "InProgress" : "Successful");
  const lambda = {
    async UpdateFunctionCode() {
      calls.push("code");
      isUnpackedMs = nowMs + unpackMs;
    },
    async UpdateFunctionConfiguration() {
      calls.push(`settings while ${state()}`);
    },
    GetFunctionConfiguration: async () => ({ State: "Active", LastUpdateStatus: state() }),
  };
  const wall = {
    now: () => nowMs,
    monotonic: () => nowMs,
    after(delayMs: number, task: () => void) {
      nowMs += delayMs;
      setImmediate(task);
      return { cancel() {} };
    },
  };
  const properties = { Runtime: "nodejs22.x", Code: { ZipFile: "exports.a = 1" }, MemorySize: 256 };
  const request = {
    clients: { lambda },
    env: { clock: { wall } },
    physicalId: "f",
    properties,
    previous: { ...properties, MemorySize: 128 },
    changed: ["Code", "MemorySize"],
    tags: {},
    previousTags: {},
  };
  await resourceType.update!(request as unknown as UpdateRequest);
  return calls;
}

test("settings change once the new package is unpacked, however long that takes the host", async () => {
  assert.deepEqual(await update(60_000), ["code", "settings while Successful"]);
});

test("a package that never is unpacked fails the update", async () => {
  await assert.rejects(update(Number.POSITIVE_INFINITY), { message: /'f' did not stabilize/ });
});
