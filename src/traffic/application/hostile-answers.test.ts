import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { endStream, frameTypes, head, startRawHttp2 } from "#http/testing/raw-http2-server.ts";
import { handshake, secure, tlsConfig } from "./testing/secure-stage.ts";
import { createHeldWall, createStage, pause, target, targetGroup, until } from "./testing/stage.ts";

/** A target that says whatever `saying` has. */
async function sayingTarget(context: TestContext) {
  const saying = { text: "" };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", () => socket.end(saying.text, "latin1"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { saying, port: (server.address() as AddressInfo).port };
}

/** A balancer whose client speaks HTTP/2 over one connection. */
async function http2Stage(context: TestContext) {
  const stage = createStage(context);
  const configure = (port: number, version: "HTTP1" | "HTTP2", idleTimeoutMs = 60_000) =>
    stage.configure({
      zones: ["us-east-1a"],
      idleTimeoutMs,
      listeners: [secure(tlsConfig(["a.example"]))],
      targetGroups: [{ ...targetGroup, version, targets: [target({ port })] }],
    });
  const open = async () => {
    const socket = await handshake(stage.port, { ALPNProtocols: ["h2"] });
    const session = connectHttp2("https://a.example", { createConnection: () => socket });
    context.after(() => session.destroy());
    return async (method = "GET", fields: Record<string, string> = {}) => {
      const stream = session.request({ ":method": method, ":path": "/", ...fields });
      const heard = { status: 0, text: "", fields: {} as IncomingHttpHeaders };
      let isClosed = false;
      stream.on("error", () => {});
      stream.on("response", (headers) => {
        heard.status = Number(headers[":status"]);
        heard.fields = headers;
      });
      stream.on("data", (piece: Buffer) => (heard.text += String(piece)));
      stream.on("close", () => (isClosed = true));
      stream.end();
      await until(() => isClosed);
      return { ...heard, reset: stream.rstCode };
    };
  };
  return { stage, configure, open };
}

const wrongStatuses = ["099", "600", "999"];

test("an answer of a status that HTTP does not have is malformed, whoever asks", async (context) => {
  const { saying, port } = await sayingTarget(context);
  const { stage, configure, open } = await http2Stage(context);
  await configure(port, "HTTP1");
  const ask = await open();
  for (const status of wrongStatuses) {
    saying.text = `HTTP/1.1 ${status} Odd\r\nContent-Length: 2\r\n\r\nhi`;
    const answer = await ask();
    assert.deepEqual([answer.status, answer.reset], [502, 0], status);
    assert.match(answer.text, /502 Bad Gateway/);
    // The connection goes on.
    saying.text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    assert.equal((await ask()).text, "hi");
  }
  const plain = createStage(context);
  await plain.forwardTo([target({ port })]);
  for (const status of wrongStatuses) {
    saying.text = `HTTP/1.1 ${status} Odd\r\nContent-Length: 2\r\n\r\nhi`;
    assert.equal((await plain.get("/")).status, 502, status);
  }
  assert.deepEqual([...stage.errors, ...plain.errors], []);
});

test("HTTP/2 targets: the same, and other streams of their connection go on", async (context) => {
  let status = "200";
  let held: (() => void) | undefined;
  const server = await startRawHttp2(context, ({ type, stream }, socket) => {
    if (type !== frameTypes.headers) return;
    if (status === "held") held = () => socket.write(head(stream, endStream, "202"));
    else socket.write(head(stream, endStream, status));
  });
  const { stage, configure, open } = await http2Stage(context);
  await configure(server.port, "HTTP2");
  const ask = await open();
  status = "held";
  const waiting = ask();
  await until(() => held !== undefined);
  for (status of [...wrongStatuses, "000", "042"]) {
    const answer = await ask();
    assert.deepEqual([answer.status, answer.reset], [502, 0], status);
  }
  held!();
  assert.equal((await waiting).status, 202);
  assert.equal(server.sockets.length, 1);
  assert.deepEqual(stage.errors, []);
});

test("an answer without a body is one in HTTP/2 too, whatever it says of one", async (context) => {
  const { saying, port } = await sayingTarget(context);
  const { stage, configure, open } = await http2Stage(context);
  await configure(port, "HTTP1");
  const ask = await open();
  for (const status of [204, 205, 304])
    for (const framing of [
      "Content-Length: 2\r\n\r\nhi",
      "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    ])
      for (const method of ["GET", "HEAD"]) {
        saying.text = `HTTP/1.1 ${status} X\r\n${framing}`;
        const answer = await ask(method);
        assert.deepEqual([answer.status, answer.text, answer.reset], [status, "", 0], framing);
      }
  assert.deepEqual(stage.errors, []);
});

test("fields may be called what objects inherit, and be many", async (context) => {
  const { saying, port } = await sayingTarget(context);
  const { stage, configure, open } = await http2Stage(context);
  await configure(port, "HTTP1");
  const ask = await open();
  saying.text = "HTTP/1.1 200 OK\r\n__proto__: a\r\nconstructor: b\r\nContent-Length: 2\r\n\r\nhi";
  const { status, fields } = await ask();
  const { constructor: inherited } = fields as Record<string, unknown>;
  assert.deepEqual([status, inherited, Object.entries(fields).length > 4], [200, "b", true]);
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x-${index}`, "y"]));
  assert.equal((await ask("GET", many)).status, 200);
  const echo = await startRawHttp2(context, ({ type, stream }, socket) => {
    if (type === frameTypes.headers) socket.write(head(stream, endStream));
  });
  await configure(echo.port, "HTTP2");
  assert.equal((await ask("GET", { constructor: "x", ...many })).status, 200);
  assert.deepEqual(stage.errors, []);
});

/** "did not respond before the idle timeout period elapsed": what is not the response does not respond. */
test("504: a target that only ever announces an answer", async (context) => {
  const { wall, passUntil } = createHeldWall(context);
  const stage = createStage(context, wall);
  const phase = { talks: true };
  context.after(() => (phase.talks = false));
  const announce = async (socket: Socket) => {
    for (let count = 0; phase.talks && !socket.destroyed; count++) {
      socket.write(`HTTP/1.1 ${[100, 102, 103][count % 3]} Wait\r\nLi`);
      await pause(1);
      socket.write("nk: x\r\n\r\n");
    }
  };
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => void announce(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  await stage.forwardTo([target({ port })], {}, { idleTimeoutMs: 500 });
  assert.equal((await passUntil(stage.get("/"))).status, 504);
  assert.deepEqual(stage.errors, []);
});

test("504: the same of an HTTP/2 target", async (context) => {
  const phase = { talks: true };
  context.after(() => (phase.talks = false));
  const announce = async (stream: number, socket: Socket) => {
    while (phase.talks && !socket.destroyed) {
      socket.write(head(stream, 0, "103"));
      await pause(1);
    }
  };
  const server = await startRawHttp2(context, ({ type, stream }, socket) => {
    if (type === frameTypes.headers) void announce(stream, socket);
  });
  const { stage, configure, open } = await http2Stage(context);
  await configure(server.port, "HTTP2", 200);
  assert.equal((await (await open())()).status, 504);
  assert.deepEqual(stage.errors, []);
});

test("behind what only announces it an answer may take its time", async (context) => {
  const { wall, clock } = createHeldWall(context);
  const stage = createStage(context, wall);
  const asked = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => asked.resolve(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  await stage.forwardTo([target({ port })], {}, { idleTimeoutMs: 500 });
  const answered = stage.open("/");
  const socket = await asked.promise;
  socket.write("HTTP/1.1 103 Early Hints\r\n\r\n");
  await clock.advance(400);
  socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
  const { body } = await answered;
  let text = "";
  const read = (async () => {
    for await (const piece of body) text += String(piece);
  })();
  for (const [index, letter] of ["s", "l", "o", "w"].entries()) {
    await clock.advance(400);
    socket.write(letter);
    await until(() => text.length > index);
  }
  socket.end();
  await read;
  assert.equal(text, "slow");
});
