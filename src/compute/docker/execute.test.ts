import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import type { Engine } from "./engine/engine.ts";
import { executeInside } from "./execute.ts";

/** As the engine sends it: which stream, how long, the text. */
function frame(text: string): Buffer {
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, text.length]);
  return Buffer.concat([head, Buffer.from(text)]);
}

/** A command that has ended, whose output is ours to write. */
function endedCommand() {
  const clock = createVirtualClock({ onError: assert.ifError });
  const after = (delayMs: number, task: () => void) => clock.after(delayMs, task);
  const output = new PassThrough();
  const engine = {
    json: async () => ({ Id: "e", Running: false, ExitCode: 3 }),
    stream: async () => output as unknown as IncomingMessage,
  } as unknown as Engine;
  const wall = { ...clock.wall, monotonic: () => clock.now(), after };
  const ran = executeInside(["x"], { engine, wall, container: "c", environment: {}, slot: 1 });
  const pass = async (seconds: number) => {
    for (let step = 0; step < seconds * 10; step++) await clock.advance(100);
  };
  return { clock, output, pass, ran };
}

test("what a busy engine sends after a command's end is not lost, though a server holds the output", async () => {
  const { clock, output, pass, ran } = endedCommand();
  for (const text of ["late ", "and ", "later"]) {
    await pass(0.8);
    output.write(frame(text));
  }
  await pass(3);
  assert.deepEqual(await ran, { exitCode: 3, stdout: "late and later", stderr: "" });
  clock.stop();
});

test("a server that was left behind and goes on printing does not keep its command from ending", async () => {
  const { clock, output, pass, ran } = endedCommand();
  for (let line = 0; line < 100 && !output.destroyed; line++) {
    output.write(frame("."));
    await pass(0.5);
  }
  assert.ok(output.destroyed, "it is no longer listened to");
  const { exitCode, stdout } = await ran;
  assert.equal(exitCode, 3);
  assert.match(stdout, /^\.+$/);
  clock.stop();
});
