import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import { Unanswered } from "./unanswered.ts";

async function stage(context: TestContext) {
  const clock = createVirtualClock({ onError: assert.ifError });
  const unanswered = new Unanswered({ ...clock.wall, after: (ms, task) => clock.after(ms, task) });
  const accepted: Socket[] = [];
  const server = createServer((socket) => {
    accepted.push(socket);
    unanswered.keep(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  context.after(() => {
    unanswered.close();
    server.close();
    clock.stop();
  });
  const open = async () => {
    const client = connect(port, "127.0.0.1");
    const arrived = once(server, "connection");
    await Promise.all([once(client, "connect"), arrived]);
    return client;
  };
  return { clock, unanswered, accepted, open };
}

test("a connection is kept without an answer for as long as a client would try, and then reset", async (context) => {
  const { clock, open } = await stage(context);
  const client = await open();
  const heard: string[] = [];
  client.on("data", () => heard.push("data")).on("end", () => heard.push("end"));
  client.write("GET / HTTP/1.1\r\n\r\n");
  await clock.advance(126_000);
  assert.deepEqual(heard, []);
  const ended = once(client, "error");
  await clock.advance(1000);
  const [error] = (await ended) as [NodeJS.ErrnoException];
  assert.equal(error.code, "ECONNRESET");
  assert.deepEqual(heard, []);
});

test("a client that leaves is not kept, and a thousand are enough", async (context) => {
  const { accepted, open } = await stage(context);
  const first = await open();
  const left = once(accepted[0]!, "close");
  first.end();
  await left;
  const oldest = await open();
  const gone = once(oldest, "error");
  const others = [];
  for (let count = 0; count < 1000; count++) others.push(await open());
  const [error] = (await gone) as [NodeJS.ErrnoException];
  assert.equal(error.code, "ECONNRESET");
  assert.equal(accepted.filter(({ destroyed }) => !destroyed).length, 1000);
  for (const other of others) other.destroy();
});
