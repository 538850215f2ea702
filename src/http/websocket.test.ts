import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createScaledClock } from "#runtime/scaled-clock.ts";
import { serve } from "./server.ts";
import { connectRaw } from "./testing/raw-client.ts";
import { acceptWebSocket, asksForWebSocket, type WebSocketConnection } from "./websocket.ts";

/** A server that answers each message with itself; `accepted` is its side of the last connection. */
async function echo(run: (port: number, seen: string[], accepted: () => Socket) => Promise<void>) {
  const { wall } = createScaledClock({ onError: assert.ifError });
  const seen: string[] = [];
  let last: Socket | undefined;
  const server = await serve({
    host: "127.0.0.1",
    port: 0,
    wall,
    admit: (socket) => {
      last = socket;
      return true;
    },
    handler: (request) => {
      if (!asksForWebSocket(request)) return { status: 400, headers: {} };
      return acceptWebSocket(request, (connection: WebSocketConnection) => ({
        message(payload, isText) {
          seen.push(`${isText ? "text" : "bytes"} ${payload.length}`);
          if (payload.toString() === "bye") connection.close(4000);
          else connection.send(isText ? payload.toString() : payload);
        },
        closed: () => void seen.push("closed"),
      }));
    },
  });
  try {
    await run(server.port, seen, () => last!);
  } finally {
    await server.close(0);
  }
}

const handshake =
  "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/** A frame of at most 125 bytes, masked with zeros. */
function masked(first: number, payload: Uint8Array | string): Buffer {
  const bytes = Buffer.from(payload as string);
  return Buffer.concat([Buffer.from([first, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]);
}

test("texts and bytes of every length come back whole", () =>
  echo(async (port, seen) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    socket.binaryType = "arraybuffer";
    await once(socket, "open");
    for (const length of [1, 125, 126, 65_535, 65_536, 200_000]) {
      const bytes = Buffer.alloc(length, length % 251);
      socket.send(bytes);
      const [{ data }] = await once(socket, "message");
      assert.ok(bytes.equals(Buffer.from(data)), String(length));
    }
    socket.send("grüß dich");
    const [{ data }] = await once(socket, "message");
    assert.equal(data, "grüß dich");
    socket.send("bye");
    const [{ code }] = await once(socket, "close");
    assert.equal(code, 4000);
    while (seen.at(-1) !== "closed") await new Promise(setImmediate);
  }));

test("fragments are put together, pings answered, and frames without a mask refused", () =>
  echo(async (port) => {
    const socket = connect(port, "127.0.0.1");
    socket.write(handshake);
    const [head] = await once(socket, "data");
    assert.match(String(head), /Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
    socket.write(Buffer.concat([masked(0x01, "ab"), masked(0x89, "hi"), masked(0x80, "cd")]));
    let came = Buffer.alloc(0);
    while (came.length < 10) came = Buffer.concat([came, (await once(socket, "data"))[0]]);
    assert.deepEqual([...came], [0x8a, 2, ...Buffer.from("hi"), 0x81, 4, ...Buffer.from("abcd")]);
    socket.write(Buffer.from([0x81, 1, 65]));
    const [refusal] = await once(socket, "data");
    assert.deepEqual([...(refusal as Buffer)], [0x88, 2, 0x03, 0xea]);
    socket.destroy();
  }));

test("what RFC 6455 does not allow is answered with the code for it", () =>
  echo(async (port, seen) => {
    const cases: [string, Buffer[], number][] = [
      ["a text that is not UTF-8", [masked(0x81, Buffer.from([0xc3, 0x28]))], 1007],
      ["a close without a code", [masked(0x88, "")], 1000],
      ["a close with half a code", [masked(0x88, "a")], 1002],
      ["a close with a code of nobody's", [masked(0x88, Buffer.from([0x03, 0xed]))], 1002],
      ["a close with a code of one's own", [masked(0x88, Buffer.from([0x0f, 0xa0]))], 4000],
      ["a reason that is not UTF-8", [masked(0x88, Buffer.from([0x03, 0xe8, 0xff]))], 1007],
      ["a message within another", [masked(0x01, ""), masked(0x81, "a")], 1002],
      ["the end of a message that has not begun", [masked(0x80, "a")], 1002],
    ];
    for (const [name, frames, code] of cases) {
      const client = await connectRaw(port);
      client.write(handshake);
      const head = await client.until("\r\n\r\n");
      client.write(Buffer.concat(frames));
      const text = await client.ended();
      const answer = Buffer.from(text.slice(head.length), "latin1");
      assert.deepEqual([...answer], [0x88, 2, code >> 8, code & 0xff], name);
    }
    assert.ok(seen.every((event) => event === "closed"));
  }));

test("a message of any number of empty fragments costs no more than its bytes", () =>
  echo(async (port, seen) => {
    const client = await connectRaw(port);
    client.write(handshake);
    const head = await client.until("\r\n\r\n");
    const empty = masked(0x00, "");
    client.write(
      Buffer.concat([masked(0x01, "a"), ...Array.from({ length: 100_000 }, () => empty)]),
    );
    client.write(masked(0x80, "b"));
    const text = await client.until("ab");
    assert.equal(text.slice(head.length), "\x81\x02ab");
    assert.deepEqual(seen, ["text 2"]);
    client.socket.destroy();
  }));

test("a client that pings and takes no answers is not read on, until it does", () =>
  echo(async (port, _seen, accepted) => {
    const client = await connectRaw(port);
    client.write(handshake);
    await client.until("\r\n\r\n");
    client.socket.pause();
    const ping = masked(0x89, "x".repeat(100));
    const [count, answerBytes] = [150_000, 102];
    client.write(Buffer.concat(Array.from({ length: count }, () => ping)));
    const socket = accepted();
    for (let read = -1; read !== socket.bytesRead;) {
      read = socket.bytesRead;
      await sleep(100);
    }
    assert.ok(socket.bytesRead < (count * ping.length) / 2, `${socket.bytesRead} bytes were read`);
    client.socket.resume();
    while (client.socket.bytesRead < count * answerBytes) await sleep(5);
    client.socket.destroy();
  }));
