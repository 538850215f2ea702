/** FOGBANK_KILL_ROUNDS in the environment asks for more rounds than the usual 12 for each mode. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, test } from "node:test";
import { openLmdbStore } from "./lmdb.ts";
import type { Durability } from "./store.ts";

const rounds = Number(process.env.FOGBANK_KILL_ROUNDS ?? 12);
const writer = fileURLToPath(new URL("./testing/doomed-writer.ts", import.meta.url));

/** Lets a writer run, kills it at a random moment after its first acknowledgement; gives the last one's number. */
async function killWriter(path: string, durability: Durability, seed: number): Promise<number> {
  const child = spawn(process.execPath, [writer, path, durability, String(seed)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8");
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.stdout.on("data", (text: string) => {
      if (output === "") setTimeout(() => child.kill("SIGKILL"), Math.random() * 60);
      output += text;
    });
    child.once("close", (code) =>
      code === null ? resolve() : reject(new Error(`the writer ended by itself with ${code}`)),
    );
  });
  const acknowledged = output.slice(0, output.lastIndexOf("\n")).split("\n").map(Number);
  return Math.max(...acknowledged);
}

async function check(path: string, durability: Durability, acknowledged: number): Promise<number> {
  const store = await openLmdbStore({ path, durability });
  try {
    return await store.transaction(async (tx) => {
      const count = (await tx.get<number>(["count"]))!;
      assert.ok(count >= acknowledged, `transfer ${acknowledged} was acknowledged, ${count} kept`);
      const balances = await tx.range<number>(["account"]);
      assert.equal(
        balances.reduce((sum, entry) => sum + entry.value, 0),
        0,
        "a transfer was applied by half",
      );
      const numbers = (await tx.range(["transfer"])).map((entry) => entry.key[1]);
      const kept = Math.min(count, 50);
      assert.deepEqual(
        numbers,
        Array.from({ length: kept }, (_item, index) => count - kept + 1 + index),
      );
      return count;
    });
  } finally {
    await store.close();
  }
}

describe("after kill -9", { concurrency: true }, () => {
  for (const durability of ["process", "fsync"] as const)
    test(`nothing acknowledged is missing and nothing is half-written (${durability})`, async () => {
      const path = mkdtempSync(join(tmpdir(), "fogbank-kill-"));
      let transfers = 0;
      for (let round = 0; round < rounds; round++) {
        const acknowledged = await killWriter(path, durability, round);
        assert.ok(acknowledged > transfers);
        transfers = acknowledged;
        // Every other time the next writer finds what this one left, unfolded.
        if (round % 2 === 1) transfers = await check(path, durability, acknowledged);
      }
      await check(path, durability, transfers);
      rmSync(path, { recursive: true });
    });
});
