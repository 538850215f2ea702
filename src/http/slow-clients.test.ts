/** Clients that take their replies slowly, or not at all, and those that leave in the middle. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import { createWall } from "#runtime/wall.ts";
import type { ByteStream, HttpHandler, ServeOptions } from "./http.ts";
import { IncomingBody } from "./incoming-body.ts";
import { serve } from "./server.ts";
import { Sweeper } from "./sweeper.ts";
import { connectRaw } from "./testing/raw-client.ts";

const closers: (() => unknown)[] = [];
after(() => Promise.all(closers.map((close) => close())));
const realWall = createWall((error) => {
  throw error;
});
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const getLast = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/** A server whose timeouts pass when the test says so, and its side of the last connection. */
async function start(handler: HttpHandler, options: Partial<ServeOptions> = {}) {
  const clock = createVirtualClock({ onError: assert.ifError });
  const after = (delayMs: number, task: () => void) => clock.after(delayMs, task);
  const wall = { ...clock.wall, monotonic: () => clock.now(), after };
  let last: Socket | undefined;
  const admit = (socket: Socket) => {
    last = socket;
    return true;
  };
  const server = await serve({ host: "127.0.0.1", port: 0, wall, handler, admit, ...options });
  closers.push(
    () => server.close(0),
    () => clock.stop(),
  );
  return { clock, port: server.port, server, accepted: () => last };
}

test("a head that does not arrive is answered with 408, an idle connection is closed", async () => {
  const limits = { headTimeoutMs: 5000, idleTimeoutMs: 5000 };
  const handler = () => ({ status: 200, headers: {} });
  const { clock, port, accepted } = await start(handler, { limits });
  const slow = await connectRaw(port);
  slow.write("GET / HTTP/1.1\r\nHo");
  const first = await eventually("the server has the piece", () => {
    const socket = accepted();
    return socket?.bytesRead === 18 && socket;
  });
  await clock.advance(7000);
  assert.match(await slow.ended(), /^HTTP\/1\.1 408 /);
  const idle = await connectRaw(port);
  await eventually("the server has the connection", () => accepted() !== first);
  await clock.advance(7000);
  assert.equal(await idle.ended(), "");
});

/** The socket's peer takes nothing: so many bytes stay unsent until this is called. */
function holdUnsent(socket: Socket): () => void {
  let bytes = 100_000;
  Object.defineProperty(socket, "writableLength", { get: () => bytes });
  return () => {
    bytes = 0;
  };
}

test("who takes the last reply slowly gets all of it, who takes nothing is cut off in the end", async () => {
  const { clock, port, accepted } = await start(() => ({ status: 200, headers: {}, body: "x" }), {
    limits: { stallTimeoutMs: 20_000 },
  });
  for (const takes of [true, false]) {
    const client = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    client.on("error", () => {}).write(getLast);
    await once(client, "data");
    const socket = accepted()!;
    const release = holdUnsent(socket);
    await clock.advance(15_000);
    assert.equal(socket.destroyed, false);
    if (takes) release();
    await clock.advance(takes ? 3000 : 6000);
    assert.equal(socket.destroyed, true);
    client.destroy();
  }
});

test("an idle connection whose client never took the last reply ends, too", async () => {
  const { clock, port, accepted } = await start(() => ({ status: 200, headers: {}, body: "x" }), {
    limits: { idleTimeoutMs: 5000, stallTimeoutMs: 20_000 },
  });
  const client = await connectRaw(port);
  client.write(get);
  await client.until("\r\n\r\nx");
  const socket = accepted()!;
  holdUnsent(socket);
  await clock.advance(19_000);
  assert.equal(socket.destroyed, false);
  await clock.advance(3000);
  assert.equal(socket.destroyed, true);
});

test("requests of a client that takes no replies are not read on, until it does", async () => {
  const body = Buffer.alloc(64 * 1024, "x");
  const { port, accepted } = await start(() => ({ status: 200, headers: {}, body }));
  const client = await connectRaw(port);
  client.socket.pause();
  const count = 1000;
  client.write(`GET / HTTP/1.1\r\nHost: a\r\nA: ${"a".repeat(8000)}\r\n\r\n`.repeat(count));
  const socket = accepted()!;
  for (let read = -1; read !== socket.bytesRead;) {
    read = socket.bytesRead;
    await new Promise<void>((resolve) => realWall.after(100, resolve));
  }
  assert.ok(socket.bytesRead < (count * 8000) / 2, `${socket.bytesRead} bytes were read`);
  let received = 0;
  client.socket.on("data", (piece) => (received += piece.length));
  client.socket.resume();
  while (received < count * body.length)
    await new Promise<void>((resolve) => realWall.after(5, resolve));
  client.socket.destroy();
});

/** A stream that nobody reads, and whether its maker was told so. */
function watched(): { body: ByteStream; closed: boolean } {
  const stream = {
    closed: false,
    body: {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false as const, value: Buffer.from("x") }),
        return() {
          stream.closed = true;
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    },
  };
  return stream;
}

test("the stream of a reply that cannot be sent is closed", async () => {
  const [malformed, refused] = [watched(), watched()];
  const { promise: reply, resolve: answer } = Promise.withResolvers<void>();
  const { promise: started, resolve: begin } = Promise.withResolvers<void>();
  const { port } = await start(async ({ target }) => {
    if (target === "/malformed")
      return { status: 200, headers: { "X-A": "\u2028" }, body: malformed.body };
    begin();
    await reply;
    return { status: 200, headers: {}, body: refused.body };
  });
  const client = await connectRaw(port);
  client.write("GET /malformed HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.until("HTTP/1.1 500");
  assert.equal(malformed.closed, true);
  client.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n");
  await started;
  client.write("nonsense");
  await client.until("HTTP/1.1 400");
  answer();
  await client.ended();
  await eventually("its stream is closed", () => refused.closed);
});

test("a server for TLS closes though a client has not begun its handshake", async () => {
  const secure = { options: {}, take: () => false, onHandshakeError: () => {} };
  const { server, port } = await start(() => ({ status: 200, headers: {} }), { secure });
  const client = await connectRaw(port);
  await new Promise<void>((resolve) => realWall.after(20, resolve));
  await server.close(60_000);
  await client.ended();
});

test("time goes on for a sweeper that has nobody to sweep", () => {
  let nowMs = 1000;
  const sweeper = new Sweeper({ ...realWall, monotonic: () => nowMs }, 10);
  nowMs = 100_000;
  assert.equal(sweeper.nowMs, 100_000);
});

test("many small pieces are as much as few large ones", () => {
  let full = 0;
  const body = new IncomingBody({ wanted() {}, full: () => void full++, abandoned() {} });
  for (let count = 0; count < 900; count++) body.push(Buffer.from("x"));
  assert.equal(full, 0);
  for (let count = 0; count < 200; count++) body.push(Buffer.from("x"));
  assert.ok(full > 0);
});
