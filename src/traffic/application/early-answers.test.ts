import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { createStage, target, until } from "./testing/stage.ts";

/** A target that says `said` as soon as it has the head of a request; gives the connections that it has. */
async function hasty(context: TestContext, said: (count: number) => string) {
  const open = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    socket.once("data", () => socket.write(said(++count)));
    socket.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, open };
}

async function upload(context: TestContext, port: number, head: string): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1" });
  context.after(() => socket.destroy());
  socket.on("error", () => {});
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n`);
  return socket;
}

const refusal = "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nno\n";

for (const [name, head] of [
  ["a length", "Content-Length: 1000000"],
  ["chunks", "Transfer-Encoding: chunked"],
])
  test(`a target that answers before the rest of a body in ${name} loses its connection with the client`, async (context) => {
    const stage = createStage(context);
    const { port, open } = await hasty(context, () => refusal);
    await stage.forwardTo([target({ port })]);
    const client = await upload(context, stage.port, `${head}`);
    const [answer] = (await once(client, "data")) as [Buffer];
    assert.match(String(answer), /^HTTP\/1.1 413 /);
    client.destroy();
    await until(() => open.size === 0);
    assert.deepEqual(stage.errors, []);
  });

test("a second answer to a request whose body is still coming is nobody's", async (context) => {
  const stage = createStage(context);
  const { port, open } = await hasty(context, () => refusal);
  await stage.forwardTo([target({ port })], {}, { zones: ["us-east-1a"] });
  const client = await upload(context, stage.port, "Content-Length: 1000000");
  await once(client, "data");
  for (const socket of open) socket.write(refusal);
  await until(() => open.size === 0);
  const [counted] = (await stage.report()).groups;
  assert.deepEqual(counted!.counts.statusClasses, { 4: 1 });
});
