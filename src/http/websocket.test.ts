import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { createScaledClock } from "#runtime/scaled-clock.ts";
import { serve } from "./server.ts";
import { acceptWebSocket, asksForWebSocket, type WebSocketConnection } from "./websocket.ts";

/** A server that answers each message with itself. */
async function echo(run: (port: number, seen: string[]) => Promise<void>) {
  const { wall } = createScaledClock({ onError: assert.ifError });
  const seen: string[] = [];
  const server = await serve({
    host: "127.0.0.1",
    port: 0,
    wall,
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
    await run(server.port, seen);
  } finally {
    await server.close(0);
  }
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
    socket.write(
      "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    const [head] = await once(socket, "data");
    assert.match(String(head), /Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
    const masked = (first: number, text: string) =>
      Buffer.from([first, 0x80 | text.length, 0, 0, 0, 0, ...Buffer.from(text)]);
    socket.write(Buffer.concat([masked(0x01, "ab"), masked(0x89, "hi"), masked(0x80, "cd")]));
    let came = Buffer.alloc(0);
    while (came.length < 10) came = Buffer.concat([came, (await once(socket, "data"))[0]]);
    assert.deepEqual([...came], [0x8a, 2, ...Buffer.from("hi"), 0x81, 4, ...Buffer.from("abcd")]);
    socket.write(Buffer.from([0x81, 1, 65]));
    const [refusal] = await once(socket, "data");
    assert.deepEqual([...(refusal as Buffer)], [0x88, 2, 0x03, 0xea]);
    socket.destroy();
  }));
