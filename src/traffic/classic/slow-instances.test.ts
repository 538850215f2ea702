/** Instances and answers that take their time: it passes when the tests say so. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { readBody } from "#http/http.ts";
import { createHeldWall, pause, until } from "../application/testing/stage.ts";
import { createClassicStage, instance } from "./testing/stage.ts";

test("an instance that does not answer in time, hangs up or talks nonsense is the client's 504 or 502", async (context) => {
  const { wall, passUntil } = createHeldWall(context);
  const stage = createClassicStage(context, wall);
  let seen = 0;
  const silent = await stage.backend(() => {
    seen++;
    return new Promise(() => {});
  });
  await stage.configure({ instances: [instance("i-1", silent.port)], idleTimeoutMs: 200 });
  const answer = stage.get("/");
  await until(() => seen === 1);
  const { status, reason } = await passUntil(answer);
  assert.deepEqual([status, reason], [504, "GATEWAY_TIMEOUT"]);
});

test("requests that cannot be read are logged; how long an answer lasts is no time of the balancer's", async (context) => {
  const { clock, wall } = createHeldWall(context);
  const stage = createClassicStage(context, wall);
  const body = new PassThrough();
  const backend = await stage.backend(() => ({ status: 200, headers: {}, body }));
  await stage.configure({ accessLog: true, instances: [instance("i-1", backend.port)] });
  const socket = await stage.connect();
  socket.write("nonsense\r\n\r\n");
  await once(socket, "data");
  socket.destroy();
  const answer = await stage.open("/");
  body.write("a");
  await clock.advance(300);
  body.end("b");
  assert.equal(String(await readBody(answer.body, 100)), "ab");
  const lines: string[] = [];
  while (lines.length < 2) {
    await pause(1);
    lines.push(...(await stage.plane.classicLogs()).flatMap((log) => log.lines));
  }
  const [bad, slow] = lines;
  assert.match(bad!, / web 127\.0\.0\.1:\d+ - -1 -1 -1 400 0 0 0 "- - - " "-" - -$/);
  assert.match(slow!, / 0\.000000 0\.000000 0\.000000 200 200 0 2 /);
});

test("without connection draining an instance that became unhealthy loses what it had", async (context) => {
  const { wall, passUntil } = createHeldWall(context);
  const stage = createClassicStage(context, wall);
  let seen = 0;
  const backend = await stage.backend(() => {
    seen++;
    return new Promise(() => {});
  });
  const out = instance("i-1", backend.port, { state: "out-of-service" });
  for (const cutsUnhealthy of [false, true]) {
    await stage.configure({ instances: [instance("i-1", backend.port)], idleTimeoutMs: 500 });
    const before = seen;
    const startMs = wall.monotonic();
    const answer = stage.get("/");
    await until(() => seen > before);
    await stage.configure({ instances: [out], idleTimeoutMs: 500, cutsUnhealthy });
    // Cut off at once, or when it has been idle for as long as it may be.
    const { status } = await (cutsUnhealthy ? answer : passUntil(answer));
    assert.equal(status, 504);
    assert.equal(wall.monotonic() - startMs < 500, cutsUnhealthy);
  }
});
