import assert from "node:assert/strict";
import { test } from "node:test";
import type { EchoingMethods } from "./testing/echoing-thread.ts";
import { startThread } from "./thread.ts";

function start() {
  const exits: string[] = [];
  const thread = startThread<EchoingMethods>({
    module: new URL("testing/echoing-thread.ts", import.meta.url),
    name: "the echo",
    onError: assert.ifError,
    onExit: () => void exits.push("exit"),
  });
  return { ...thread, exits };
}

test("calls are answered, and fail with the message and code of what was thrown", async () => {
  const { call, close, exits } = start();
  assert.equal(await call("echo", "a"), "a");
  await assert.rejects(call("fail", "EWHATEVER"), { message: /failed/, code: "EWHATEVER" });
  await assert.rejects(call("failAtOnce"), /failed at once/);
  assert.equal(await call("echo", "b"), "b");
  await close();
  assert.deepEqual(exits, []);
});

test("when the thread ends, calls under way fail, and so do all later ones", async () => {
  const { call, close, exits } = start();
  const waiting = call("wait");
  const ending = call("exit");
  const ended = /^Error: the echo has ended$/;
  await assert.rejects(waiting, ended);
  await assert.rejects(ending, ended);
  await assert.rejects(call("echo", "a"), ended);
  assert.deepEqual(exits, ["exit"]);
  await close();
});
