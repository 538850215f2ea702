import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makePassingDirectory, sweepPassingDirectories } from "./passing-directory.ts";

test("the directory of a killed cloud is swept at the next start; living ones and strangers stay", async (t) => {
  const parent = mkdtempSync(join(tmpdir(), "fogbank-passing-test-"));
  t.after(() => rmSync(parent, { recursive: true }));
  const sweep = () => sweepPassingDirectories(parent, assert.fail);
  const program = `
import { makePassingDirectory } from ${JSON.stringify(join(import.meta.dirname, "passing-directory.ts"))};
process.stdout.write(await makePassingDirectory(${JSON.stringify(parent)}));
process.stdin.resume();`;
  const other = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    cwd: import.meta.dirname,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [left] = (await once(other.stdout, "data")) as [Buffer];
  const own = await makePassingDirectory(parent);
  const stranger = join(parent, "fogbank-0123456789ab");
  mkdirSync(stranger);
  assert.deepEqual(await sweep(), []);
  other.kill("SIGKILL");
  await once(other, "exit");
  assert.deepEqual(await sweep(), [left.toString()]);
  assert.equal(existsSync(left.toString()), false);
  assert.ok(existsSync(own) && existsSync(stranger));
  // After the host's next boot no process number means anything.
  const owner = JSON.parse(readFileSync(join(own, "owner.json"), "utf8")) as object;
  writeFileSync(join(own, "owner.json"), JSON.stringify({ ...owner, hostBootId: "earlier" }));
  assert.deepEqual(await sweep(), [own]);
});

test("another user's directory is left to that user, and nobody is told again and again", async (t) => {
  if (process.getuid?.() !== 0) return t.skip("only root can become another user");
  const parent = mkdtempSync(join(tmpdir(), "fogbank-passing-test-"));
  t.after(() => rmSync(parent, { recursive: true }));
  const left = await makePassingDirectory(parent);
  const owner = JSON.parse(readFileSync(join(left, "owner.json"), "utf8")) as object;
  writeFileSync(join(left, "owner.json"), JSON.stringify({ ...owner, hostBootId: "earlier" }));
  t.mock.method(process as { getuid(): number }, "getuid", () => 65_534);
  assert.deepEqual(await sweepPassingDirectories(parent, assert.fail), []);
  t.mock.restoreAll();
  assert.deepEqual(await sweepPassingDirectories(parent, assert.fail), [left]);
});
