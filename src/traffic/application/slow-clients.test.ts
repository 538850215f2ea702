import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { connect } from "node:net";
import { test, type TestContext } from "node:test";
import { readBody } from "#http/http.ts";
import { handshake, secure, tlsConfig } from "./testing/secure-stage.ts";
import {
  createHeldWall,
  createStage,
  defaultRule,
  forward,
  listener,
  pause,
  target,
  targetGroup,
  until,
  wall,
} from "./testing/stage.ts";

const idleTimeoutMs = 1000;

async function slowStage(context: TestContext, engineWall = wall) {
  const stage = createStage(context, engineWall);
  const received = { bytes: 0 };
  const backend = await stage.backend(async ({ body }) => {
    for await (const piece of body) received.bytes += piece.length;
    return { status: 200, headers: {}, body: `${received.bytes}` };
  });
  await stage.configure({
    accessLog: true,
    zones: ["us-east-1a"],
    idleTimeoutMs,
    listeners: [listener([defaultRule(forward("tg"))]), secure(tlsConfig(["a.example"]))],
    targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
  });
  const status = async () => {
    for (;;) {
      const [log] = await stage.plane.accessLogs();
      if (log) return log.lines.map((line) => line.split(" ")[8]);
      await pause(1);
    }
  };
  return Object.assign(stage, { status, received });
}

test("a client that stops in the middle of its request gets 408, whatever it had sent", async (context) => {
  const stage = await slowStage(context);
  const texts = [
    "POST / HTTP/1.1\r\nHost: a\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nab",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nab",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
  ];
  const ask = async (text: string) => {
    const socket = connect({ port: stage.port, host: "127.0.0.1" });
    socket.write(text);
    let answer = "";
    for await (const piece of socket) answer += String(piece);
    assert.match(answer, /^HTTP\/1\.1 408 /, text);
  };
  await Promise.all(texts.map(ask));
  const statuses: (string | undefined)[] = [];
  while (statuses.length < texts.length) statuses.push(...(await stage.status()));
  assert.deepEqual(statuses, ["408", "408", "408", "408"]);
  const [node] = Object.values((await stage.report()).zones);
  assert.deepEqual(node!.answers, { 408: 4 });
  assert.deepEqual(stage.errors, []);
});

test("a client that is slow but never idle is served", async (context) => {
  const { clock, wall: held } = createHeldWall(context);
  const stage = await slowStage(context, held);
  const socket = connect({ port: stage.port, host: "127.0.0.1" });
  socket.write(
    "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  for (let count = 1; count <= 8; count++) {
    socket.write("1\r\nx\r\n");
    await until(() => stage.received.bytes === count);
    await clock.advance(idleTimeoutMs / 3);
  }
  socket.write("0\r\n\r\n");
  let answer = "";
  for await (const piece of socket) answer += String(piece);
  assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*\r\n\r\n8$/);
});

async function openHttp2(port: number) {
  const socket = await handshake(port, { ALPNProtocols: ["h2"] });
  return connectHttp2("https://a.example", { createConnection: () => socket });
}

async function ended(session: ClientHttp2Session): Promise<void> {
  if (!session.closed) await once(session, "close");
}

test("HTTP/2: a stream that stops is answered 408, and others go on", async (context) => {
  const stage = createStage(context);
  const backend = await stage.backend(async ({ body }) => {
    const text = String(await readBody(body, 1e6));
    return { status: 200, headers: {}, body: `${text.length}` };
  });
  await stage.configure({
    idleTimeoutMs,
    listeners: [secure(tlsConfig(["a.example"]))],
    targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
  });
  const session = await openHttp2(stage.port);
  const stalled = session.request({ ":method": "POST", ":path": "/" });
  stalled.write("ab");
  const [headers] = (await once(stalled, "response")) as [Record<string, unknown>];
  assert.equal(headers[":status"], 408);
  stalled.on("error", () => {}).resume();
  const other = session.request({ ":path": "/" });
  const [fine] = (await once(other, "response")) as [Record<string, unknown>];
  assert.equal(fine[":status"], 200);
  other.resume();
  const nodes = Object.values((await stage.report()).zones);
  assert.equal(
    nodes.reduce((sum, { answers }) => sum + (answers[408] ?? 0), 0),
    1,
  );
  session.close();
  await ended(session);
});

test("HTTP/2: a connection that is old enough takes no more requests", async (context) => {
  const stage = createStage(context);
  const backend = await stage.backend(() => ({ status: 200, headers: {} }));
  await stage.configure({
    clientKeepAliveMs: 0,
    listeners: [secure(tlsConfig(["a.example"]))],
    targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
  });
  const session = await openHttp2(stage.port);
  await pause(2);
  const stream = session.request({ ":path": "/" });
  const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
  assert.equal(headers[":status"], 200);
  stream.resume();
  await ended(session);
});
