import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";

const program = join(import.meta.dirname, "main.ts");

/** Runs `fogbank` against an endpoint where nothing is Fogbank, unless another is given. */
const fogbank = (words: readonly string[], endpoint = "http://127.0.0.1:9") =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, FOGBANK_ENDPOINT: endpoint };
    execFile(process.execPath, [program, ...words], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });

const commands = [
  ["up", "deploy", "status", "doctor", "clock", "fail"],
  ["heal", "interrupt-spot", "schedule-event", "experiment", "reset", "trust"],
].flat();

test("every command tells its usage when it is asked to, and does nothing", async () => {
  await Promise.all(
    commands.map(async (command) => {
      const { code, stdout, stderr } = await fogbank([command, "--help"]);
      assert.deepEqual([code, stderr], [0, ""], command);
      assert.match(stdout, new RegExp(`^usage: fogbank ${command}`));
    }),
  );
});

test("a word too many is refused before anything is asked of Fogbank", async () => {
  for (const words of [
    ["reset", "queue"],
    ["status", "now"],
    ["clock", "advance", "1m", "2m"],
    ["heal", "--all"],
    ["trust", "--install"],
  ]) {
    const { code, stderr } = await fogbank(words);
    assert.equal(code, 2, words.join(" "));
    assert.match(stderr, new RegExp(`^fogbank: usage: fogbank ${words[0]}`));
  }
});

test("a template that is not there, and an answer that is not Fogbank's, are said in one line", async () => {
  const missing = await fogbank(["experiment", "nowhere.json"]);
  assert.equal(missing.code, 2);
  assert.match(
    missing.stderr,
    /^fogbank: nowhere\.json is no experiment's template: ENOENT[^\n]*\n$/,
  );
  const other = createServer((_, reply) => reply.end("<html>")).listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const endpoint = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const { code, stderr } = await fogbank(["status"], endpoint);
  other.close();
  assert.equal(code, 2);
  assert.equal(
    stderr,
    `fogbank: what answers on ${endpoint} is not Fogbank (200); set FOGBANK_ENDPOINT\n`,
  );
});

test("a word that is no command is told apart from those that are", async () => {
  for (const word of ["juggle", "constructor", "toString"]) {
    const { code, stderr } = await fogbank([word]);
    assert.equal(code, 2, word);
    assert.match(stderr, new RegExp(`^fogbank: there is no command "${word}"\n\nusage: `));
  }
});
