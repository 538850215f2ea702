import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { createWall } from "#runtime/wall.ts";
import type { ClientRequest } from "./client-exchange.ts";
import { createHttp2Client } from "./http2-client.ts";
import { readBody } from "./http.ts";
import { RepeatableBody } from "./repeatable-body.ts";
import {
  answer,
  data,
  endStream,
  frameTypes,
  goaway,
  head,
  mostStreams,
  reset,
  startRawHttp2,
} from "./testing/raw-http2-server.ts";

const wall = createWall((error) => {
  throw error;
});

function newClient(context: TestContext) {
  const client = createHttp2Client({ wall });
  context.after(() => client.close());
  return client;
}

const refused = 7;
const tooCalm = 11;

type Address = Awaited<ReturnType<typeof startRawHttp2>>;
const post = ({ host, port }: Address, more: Partial<ClientRequest> = {}): ClientRequest => ({
  address: { host, port },
  method: "POST",
  target: "/",
  rawHeaders: ["Host", "a"],
  body: "hello",
  ...more,
});
const text = async (body: AsyncIterable<Uint8Array>) => String(await readBody(body, 1e9));

/** Answers the whole of a request with what it sent, on all connections but the first, which `act` has. */
async function startFailing(context: TestContext, act: (stream: number, socket: Socket) => void) {
  const bodies = new Map<string, string>();
  return startRawHttp2(context, ({ type, flags, stream, payload }, socket, connection) => {
    if (connection === 1) {
      if (type === frameTypes.headers) act(stream, socket);
      return;
    }
    if (type !== frameTypes.data) return;
    const key = `${connection} ${stream}`;
    bodies.set(key, (bodies.get(key) ?? "") + String(payload));
    if (flags & endStream) socket.write(answer(stream, bodies.get(key)!));
  });
}

const refusals: [name: string, act: (stream: number, socket: Socket) => void][] = [
  ["refuses the stream", (stream, socket) => socket.write(reset(stream, refused))],
  ["goes away before the stream", (_stream, socket) => socket.write(goaway(0, 0))],
  ["goes away before the stream and closes", (_stream, socket) => socket.end(goaway(0, 0))],
  [
    "goes away before the stream with an error",
    (_stream, socket) => socket.end(goaway(0, tooCalm)),
  ],
];
for (const [name, act] of refusals)
  test(`a request is sent again to a server that ${name}`, async (context) => {
    const server = await startFailing(context, act);
    const client = newClient(context);
    const response = await client.request(post(server));
    assert.equal(await text(response.body), "hello");
    assert.equal(server.sockets.length, 2);
  });

test("all that a server refuses as it goes away has one other connection", async (context) => {
  const most = 40;
  let refusing = 0;
  const server = await startRawHttp2(context, ({ type, stream }, socket, connection) => {
    if (type !== frameTypes.headers) return;
    if (connection > 1) socket.write(answer(stream, "x"));
    else if (++refusing === most) socket.write(goaway(0, 0));
  });
  const client = newClient(context);
  const all = Array.from({ length: most }, () => client.request(post(server, { body: "" })));
  for (const response of await Promise.all(all)) assert.equal(await text(response.body), "x");
  assert.equal(server.sockets.length, 2);
});

test("a client that was closed opens no connection", async (context) => {
  const server = await startRawHttp2(context, () => {});
  const client = createHttp2Client({ wall });
  client.close();
  await assert.rejects(client.request(post(server)), { failure: "aborted" });
});

test("a body that streams is sent again from its start", async (context) => {
  let source: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      source = controller;
      controller.enqueue(Buffer.from("hel"));
    },
  });
  const server = await startFailing(context, (id, socket) => {
    socket.write(reset(id, refused));
    source.enqueue(Buffer.from("lo"));
    source.close();
  });
  const client = newClient(context);
  const body = new RepeatableBody(stream as AsyncIterable<Uint8Array>);
  const response = await client.request(post(server, { body }));
  assert.equal(await text(response.body), "hello");
});

test("what cannot be sent again is not, and the failure says that nothing was done", async (context) => {
  const server = await startFailing(context, (id, socket) => socket.write(reset(id, refused)));
  const client = newClient(context);
  const body = (async function* () {
    yield Buffer.from("hello");
  })();
  await assert.rejects(client.request(post(server, { body })), { failure: "refused" });
  assert.equal(server.sockets.length, 1);
});

test("a server that refuses again is believed", async (context) => {
  const server = await startRawHttp2(context, ({ type, stream }, socket) => {
    if (type === frameTypes.headers) socket.write(reset(stream, refused));
  });
  await assert.rejects(newClient(context).request(post(server)), { failure: "refused" });
  assert.equal(server.sockets.length, 2);
});

test("what a server may have begun is not sent again", async (context) => {
  for (const bytes of [goaway(1, tooCalm), reset(1, 2), Buffer.alloc(0)]) {
    const server = await startFailing(context, (_id, socket) => socket.end(bytes));
    const client = newClient(context);
    await assert.rejects(client.request(post(server)), { failure: "closed" });
    assert.equal(server.sockets.length, 1);
  }
});

test("streams that a server still answers after it went away get their answers", async (context) => {
  const server = await startRawHttp2(context, ({ type, stream }, socket) => {
    if (type !== frameTypes.headers) return;
    socket.write(goaway(stream, 0));
    socket.write(answer(stream, "late"));
  });
  const client = newClient(context);
  for (let count = 1; count <= 2; count++) {
    assert.equal(await text((await client.request(post(server))).body), "late");
    assert.equal(server.sockets.length, count);
  }
});

test("what may be repeated is, when a connection ends that was there before", async (context) => {
  const server = await startRawHttp2(context, ({ type, stream }, socket, connection) => {
    if (type !== frameTypes.headers) return;
    if (connection === 1 && stream > 1) socket.destroy();
    else socket.write(answer(stream, `${connection}`));
  });
  const client = newClient(context);
  const get = post(server, { method: "GET", body: "" });
  assert.equal(await text((await client.request(get)).body), "1");
  assert.equal(await text((await client.request(get)).body), "2");
});

test("a body that its connection takes along is broken, not short", async (context) => {
  for (const end of [Buffer.alloc(0), reset(1, 8), goaway(1, 0)]) {
    const server = await startRawHttp2(context, ({ type, stream }, socket) => {
      if (type === frameTypes.headers)
        socket.end(Buffer.concat([head(stream), data(stream, "part"), end]));
    });
    const response = await newClient(context).request(post(server, { method: "GET", body: "" }));
    await assert.rejects(text(response.body), { failure: "closed" });
  }
});

test("a server that takes few streams at once gets another connection", async (context) => {
  const waiting: (() => void)[] = [];
  const settings = mostStreams(2);
  const server = await startRawHttp2(
    context,
    ({ type, stream }, socket) => {
      if (type !== frameTypes.headers) return;
      waiting.push(() => socket.write(answer(stream, "x")));
      // The first alone: with its answer the settings have come.
      if (waiting.length === 1 || waiting.length === 6) for (const go of waiting.slice(-5)) go();
    },
    settings,
  );
  const client = newClient(context);
  const get = post(server, { method: "GET", body: "" });
  await client.request(get);
  const all = [1, 2, 3, 4, 5].map(() => client.request(get));
  for (const response of await Promise.all(all)) assert.equal(await text(response.body), "x");
  assert.equal(server.sockets.length, 3);
});

test("a stream whose answer has no body, or an unread one, makes room for another", async (context) => {
  for (const flags of [endStream, 0]) {
    const server = await startRawHttp2(
      context,
      ({ type, stream }, socket) => {
        if (type === frameTypes.headers) socket.write(head(stream, flags));
      },
      mostStreams(1),
    );
    const client = newClient(context);
    const get = post(server, { method: "GET", body: "" });
    for (let count = 1; server.sockets.length >= count; count++) {
      const { body } = await client.request(get);
      await body[Symbol.asyncIterator]().return?.();
    }
  }
});

test("an answer can be read long after it came", async (context) => {
  const server = await startRawHttp2(context, ({ type, stream }, socket) => {
    if (type !== frameTypes.headers) return;
    socket.write(answer(stream, "all"));
    socket.end(goaway(stream, 0));
  });
  const { body } = await newClient(context).request(post(server, { method: "GET", body: "" }));
  const [socket] = server.sockets;
  while (!socket!.closed) await new Promise((resolve) => wall.after(1, () => resolve(0)));
  assert.equal(await text(body), "all");
});

test("fields that come twice go out twice, and those of a hop do not", async (context) => {
  const heard: string[][] = [];
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream, _headers, _flags, rawHeaders: string[]) => {
    heard.push(rawHeaders);
    stream.respond({ ":status": 204 }, { endStream: true });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const rawHeaders = ["Host", "a", "User-Agent", "one", "User-Agent", "two", "Keep-Alive", "x"];
  const at = { host: "127.0.0.1", port };
  await newClient(context).request({ ...post({ ...at, sockets: [] }), rawHeaders });
  const [fields] = heard;
  const values = (name: string) => fields!.filter((_, index) => fields![index - 1] === name);
  assert.deepEqual([values("user-agent"), values("keep-alive")], [["one", "two"], []]);
});
