import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { createStage, target, until } from "./testing/stage.ts";

const switching =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
const upgrade = "Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";

/** A target that answers the first bytes of each connection as `answer` says. */
async function stageWith(context: TestContext, answer: string, clientKeepAliveMs = 3_600_000) {
  const stage = createStage(context);
  const sockets = new Set<Socket>();
  const seen = { text: "" };
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.once("data", () => socket.write(answer));
    socket.on("data", (bytes) => (seen.text += String(bytes)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await stage.forwardTo([target(server.address() as AddressInfo)], {}, { clientKeepAliveMs });
  /** What the client has heard when it has heard this. */
  const say = async (text: string, awaited: string) => {
    const client = connect(stage.port, "127.0.0.1");
    context.after(() => client.destroy());
    let heard = "";
    client.on("error", () => {});
    client.on("data", (bytes) => (heard += String(bytes)));
    client.write(text);
    await until(() => heard.includes(awaited));
    return heard;
  };
  return { stage, seen, say };
}

test("a connection that is old enough to end is given away to a WebSocket all the same", async (context) => {
  const { stage, say } = await stageWith(context, `${switching}hello`, -1);
  assert.equal(await say(`GET / HTTP/1.1\r\n${upgrade}\r\n`, "hello"), `${switching}hello`);
  assert.deepEqual(stage.errors, []);
});

test("a target cannot take over a connection before it has all of the request", async (context) => {
  const { stage, seen, say } = await stageWith(context, switching);
  const rest = `Content-Length: 400000\r\n\r\npart`;
  assert.match(await say(`POST / HTTP/1.1\r\n${upgrade}${rest}`, "</html>"), /^HTTP\/1\.1 502 /);
  assert.ok(seen.text.includes("Upgrade: websocket"));
  assert.deepEqual(stage.errors, []);
});

test("an upgrade in HTTP/1.0 is not one", async (context) => {
  const { seen, say } = await stageWith(context, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  assert.match(await say(`GET / HTTP/1.0\r\n${upgrade}\r\n`, "hi"), /^HTTP\/1\.1 200 /);
  assert.ok(!/upgrade/i.test(seen.text), seen.text);
});
