import assert from "node:assert/strict";
import { once } from "node:events";
import { Duplex } from "node:stream";
import { test, type TestContext } from "node:test";
import { joinSockets, type PassedBytes } from "./tunnel.ts";
import { createHeldWall } from "./testing/stage.ts";

const idleTimeoutMs = 1000;

/** A connection whose peer takes a piece only when it is let. */
function slowPeer() {
  const taken: string[] = [];
  const waiting: (() => void)[] = [];
  const socket = new Duplex({
    read() {},
    write(piece, _encoding, done) {
      taken.push(String(piece));
      waiting.push(() => done());
    },
  });
  return { socket, taken, take: () => waiting.shift()!() };
}

function tunnel(context: TestContext) {
  const { wall, clock } = createHeldWall(context);
  const [client, target] = [slowPeer(), slowPeer()];
  const ended: PassedBytes[] = [];
  const side = ({ socket }: typeof client) => ({ socket, head: Buffer.alloc(0) });
  joinSockets(side(client), side(target), { wall, idleTimeoutMs }, (passed) => ended.push(passed));
  return { client, target, ended, clock };
}

test("what one side said before it closed reaches another that is slow to take it", async (context) => {
  const { client, target, ended } = tunnel(context);
  for (const piece of ["a", "b", "last"]) target.socket.push(piece);
  target.socket.push(null);
  await once(target.socket, "end");
  target.socket.destroy();
  await once(target.socket, "close");
  assert.deepEqual([client.taken, ended], [["a"], []]);
  const closed = once(client.socket, "close");
  for (const _piece of ["a", "b", "last"]) {
    client.take();
    await new Promise(setImmediate);
  }
  await closed;
  assert.deepEqual(client.taken, ["a", "b", "last"]);
  assert.deepEqual(ended, [{ fromClient: 0, fromTarget: 6 }]);
});

test("a side that breaks off ends the other at once", async (context) => {
  const { client, target, ended } = tunnel(context);
  target.socket.push("a");
  target.socket.destroy();
  await once(client.socket, "close");
  assert.equal(ended.length, 1);
});

test("who takes nothing of what is left keeps a tunnel no longer than its idle timeout", async (context) => {
  const { client, target, ended, clock } = tunnel(context);
  target.socket.push("a");
  target.socket.push(null);
  await once(target.socket, "end");
  target.socket.destroy();
  await once(target.socket, "close");
  assert.equal(ended.length, 0);
  await clock.advance(idleTimeoutMs);
  assert.equal(client.socket.destroyed, true);
  assert.deepEqual(ended, [{ fromClient: 0, fromTarget: 1 }]);
});
