import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { handshake, secure, tlsConfig } from "./testing/secure-stage.ts";
import { createStage, target, targetGroup, until } from "./testing/stage.ts";

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const settings = Buffer.from("000000040000000000", "hex");

/** GET https://a/ as a whole. */
function get(stream: number): Buffer {
  const head = Buffer.from("000006010500000000828784410161", "hex");
  head.writeUInt32BE(stream, 5);
  return head;
}

function cancel(stream: number): Buffer {
  const frame = Buffer.from("00000403000000000000000008", "hex");
  frame.writeUInt32BE(stream, 5);
  return frame;
}

test("a request that is taken back in the same breath comes to no target", async (context) => {
  const stage = createStage(context);
  const asked: string[] = [];
  const backend = await stage.backend(({ headers }) => {
    asked.push(headers["host"] ?? "");
    return { status: 200, headers: {}, body: "here" };
  });
  await stage.configure({
    listeners: [secure(tlsConfig(["a.example"]))],
    targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
  });
  const socket = await handshake(stage.port, { ALPNProtocols: ["h2"] });
  context.after(() => socket.destroy());
  let heard = "";
  socket.on("data", (piece: Buffer) => (heard += String(piece)));
  const taken = [1, 3, 5].flatMap((stream) => [get(stream), cancel(stream)]);
  socket.write(Buffer.concat([preface, settings, ...taken, get(7)]));
  await until(() => heard.includes("here"));
  assert.equal(asked.length, 1);
  socket.end();
  await once(socket, "close");
});
