import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, connect } from "node:net";
import { test } from "node:test";
import { createLog } from "#runtime/log.ts";
import { createRelays } from "./relays.ts";

async function ask(host: string, port: number): Promise<string> {
  const socket = connect({ host, port });
  let text = "";
  socket.on("data", (piece) => (text += piece.toString()));
  socket.once("error", () => (text = "refused"));
  socket.end("hello");
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

async function echo(t: { after(done: () => void): void }, name: string) {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("data", (piece) => socket.write(`${name} ${piece.toString()}`));
    socket.on("end", () => socket.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => void server.close());
  return { host: "127.0.0.1", port: (server.address() as { port: number }).port };
}

test("a machine reaches the target and its own metadata; a stranger reaches nothing", async (t) => {
  const target = await echo(t, "gateway");
  const metadata = await echo(t, "metadata");
  let isKnown = true;
  const relays = createRelays(createLog({ level: "silent" }), async () =>
    isKnown ? { machineId: "i-1", metadata } : undefined,
  );
  t.after(() => relays.closeAll());
  const address = "127.0.0.3";
  const port = await relays.open(address, target, 0);
  assert.equal(await ask(address, port), "gateway hello");
  assert.equal(await relays.open(address, target, 0), port, "one relay for one target");
  const other = await relays.open(address, "metadata", 0);
  assert.equal(await ask(address, other), "metadata hello");
  isKnown = false;
  assert.equal(await ask(address, port), "");
  await relays.close(address);
  assert.equal(await ask(address, port), "refused");
});

test("a port that is taken is replaced by another", async (t) => {
  const target = await echo(t, "gateway");
  const relays = createRelays(createLog({ level: "silent" }), async () => ({
    machineId: "i-1",
    metadata: undefined,
  }));
  t.after(() => relays.closeAll());
  const port = await relays.open("127.0.0.1", target, target.port);
  assert.notEqual(port, target.port);
  assert.equal(await ask("127.0.0.1", port), "gateway hello");
});
