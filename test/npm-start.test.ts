/** `npm start` in a user's script: what npm is told to do, Fogbank does. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..");

test("a signal to npm ends Fogbank, and npm ends after it", async (t) => {
  const npm = spawn("npm", ["start", "--", "--port", "0", "--dns-port", "0", "--ephemeral"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, FOGBANK_COMPUTE: "simulated" },
  });
  t.after(() => npm.kill("SIGKILL"));
  let said = "";
  const closed = once(npm.stdout, "close");
  const ready = new Promise<string>((resolve) =>
    npm.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const [, endpoint] = /Fogbank ready on (\S+)/.exec(said) ?? [];
      if (endpoint) resolve(endpoint);
    }),
  );
  const endpoint = await ready;
  assert.equal((await fetch(`${endpoint}/_fogbank/health`)).status, 200);
  const ended = once(npm, "exit");
  npm.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
  // Whoever held npm's output is gone as well.
  await closed;
  await assert.rejects(fetch(`${endpoint}/_fogbank/health`));
});
