import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { createWall } from "#runtime/wall.ts";
import {
  readBody,
  WholeBody,
  type HttpHandler,
  type HttpServer,
  type ServeOptions,
} from "./http.ts";
import { serve } from "./server.ts";
import { connectRaw } from "./testing/raw-client.ts";

const wall = createWall((error) => {
  throw error;
});
const servers: HttpServer[] = [];
after(() => Promise.all(servers.map((server) => server.close(0))));

async function start(handler: HttpHandler, options: Partial<ServeOptions> = {}) {
  const server = await serve({ host: "127.0.0.1", port: 0, wall, handler, ...options });
  servers.push(server);
  return server;
}

const echo: HttpHandler = async (request) => {
  const body = await readBody(request.body, 1024 * 1024);
  return { status: 200, headers: {}, body: `${request.method} ${request.target} ${String(body)}` };
};
const host = "Host: a\r\n";

test("a reply carries its length, a date and one write", async () => {
  const { port } = await start(() => ({ status: 200, headers: { "X-A": ["1", "2"] }, body: "hi" }));
  const client = await connectRaw(port);
  client.write(`GET / HTTP/1.1\r\n${host}\r\n`);
  const [chunk] = (await once(client.socket, "data")) as [Buffer];
  assert.match(
    chunk.toString(),
    /^HTTP\/1\.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 2\r\nDate: \w+, \d\d \w+ \d{4} [\d:]+ GMT\r\n\r\nhi$/,
  );
  client.socket.destroy();
});

test("pipelined requests are answered in order", async () => {
  let delay = 30;
  const { port } = await start(async (request) => {
    await new Promise<void>((resolve) => wall.after((delay -= 10), resolve));
    return { status: 200, headers: {}, body: `<${request.target}>` };
  });
  const client = await connectRaw(port);
  client.write([1, 2, 3].map((n) => `GET /${n} HTTP/1.1\r\n${host}\r\n`).join(""));
  const text = await client.until("</3>");
  assert.deepEqual(text.match(/<.*?>/g), ["</1>", "</2>", "</3>"]);
  client.socket.destroy();
});

test("the same bytes in any pieces give the same requests", async () => {
  const seen: string[] = [];
  const { port } = await start(async (request) => {
    const body = await readBody(request.body, 1000);
    seen.push(`${request.method} ${request.target} ${String(body)}`);
    return { status: 200, headers: {}, body: "x" };
  });
  const bytes = Buffer.from(
    `POST /1 HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\nhello\r\n` +
      `POST /2 HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nA: b\r\n\r\n` +
      `GET /3 HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
  );
  for (let cut = 1; cut < bytes.length; cut += 3) {
    seen.length = 0;
    const client = await connectRaw(port);
    client.write(bytes.subarray(0, cut));
    await new Promise<void>((resolve) => wall.after(1, resolve));
    client.write(bytes.subarray(cut));
    await client.ended();
    assert.deepEqual(seen, ["POST /1 hello", "POST /2 abcde", "GET /3 "], `cut at ${cut}`);
  }
});

const smuggled = [
  ["both framings", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
  [
    "both framings, the other way round",
    "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n",
    400,
  ],
  ["chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400],
  ["chunked not last", "Transfer-Encoding: chunked, identity\r\n\r\n", 400],
  ["a disguised chunked", "Transfer-Encoding: xchunked\r\n\r\n", 501],
  ["a quoted chunked", 'Transfer-Encoding: "chunked"\r\n\r\n', 501],
  ["white space before the colon", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400],
  ["a vertical tab in the coding", "Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n", 400],
  ["two lengths", "Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello", 400],
  ["a bad chunk size", "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400],
  ["a chunk longer than its size", "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", 400],
] as const;
for (const [name, text, status] of smuggled)
  test(`smuggling is refused: ${name}`, async () => {
    const { port } = await start(echo);
    const client = await connectRaw(port);
    client.write(`POST / HTTP/1.1\r\n${host}${text}GET /smuggled HTTP/1.1\r\n${host}\r\n`);
    const answer = await client.ended();
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.match(answer, /Connection: close/);
    assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1);
  });

test("a small body is whole when the handler sees it", async () => {
  const kinds: boolean[] = [];
  const { port } = await start(async (request) => {
    kinds.push(request.body instanceof WholeBody);
    return { status: 200, headers: {}, body: await readBody(request.body, 100) };
  });
  const client = await connectRaw(port);
  client.write(`POST / HTTP/1.1\r\n${host}Content-Length: 4\r\n\r\nab`);
  await new Promise<void>((resolve) => wall.after(5, resolve));
  client.write("cd");
  await client.until("abcd");
  assert.deepEqual(kinds, [true]);
  client.socket.destroy();
});

test("100 Continue is sent when the body is asked for, and not otherwise", async () => {
  const { port } = await start(async (request) =>
    request.target === "/no" ? { status: 403, headers: {} } : echo(request),
  );
  const head = (path: string) =>
    `PUT ${path} HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`;
  const willing = await connectRaw(port);
  willing.write(head("/yes"));
  await willing.until("HTTP/1.1 100 Continue\r\n\r\n");
  willing.write("ok");
  await willing.until("PUT /yes ok");
  willing.socket.destroy();
  const refused = await connectRaw(port);
  refused.write(head("/no"));
  const answer = await refused.ended();
  assert.match(answer, /^HTTP\/1\.1 403 /);
});

test("who announces an empty body is told to continue, too", async () => {
  const { port } = await start(echo);
  const client = await connectRaw(port);
  client.write(`PUT /empty HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 0\r\n\r\n`);
  await client.until(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  client.socket.destroy();
});

test("HEAD, 204 and 304 carry no body", async () => {
  const { port } = await start((request) => ({
    status: Number(request.target.slice(1)),
    headers: {},
    body: "body",
  }));
  const client = await connectRaw(port);
  client.write(`HEAD /200 HTTP/1.1\r\n${host}\r\n`);
  await client.until(/^HTTP\/1\.1 200 OK\r\nContent-Length: 4\r\nDate[^\n]*\n\r\n$/);
  client.write(`GET /204 HTTP/1.1\r\n${host}\r\n`);
  await client.until(/\r\n\r\nHTTP\/1\.1 204 No Content\r\nDate[^\n]*\n\r\n$/);
  client.write(`GET /304 HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
  const text = await client.ended();
  assert.ok(!text.includes("body"));
});

test("streams go out in chunks, and as they are to HTTP/1.0", async () => {
  const { port } = await start(() => ({
    status: 200,
    headers: {},
    body: (async function* () {
      yield Buffer.from("ab");
      yield Buffer.from("cde");
    })(),
  }));
  const modern = await connectRaw(port);
  modern.write(`GET / HTTP/1.1\r\n${host}\r\n`);
  assert.match(
    await modern.until("0\r\n\r\n"),
    /chunked[^]*\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n$/,
  );
  modern.socket.destroy();
  const old = await connectRaw(port);
  old.write("GET / HTTP/1.0\r\n\r\n");
  assert.match(await old.ended(), /Connection: close\r\n\r\nabcde$/);
});

test("a stream that belies its length breaks the connection", async () => {
  const { port } = await start(() => ({
    status: 200,
    headers: { "content-length": 5 },
    body: (async function* () {
      yield Buffer.from("ab");
    })(),
  }));
  const client = await connectRaw(port);
  client.write(`GET / HTTP/1.1\r\n${host}\r\n`);
  assert.match(await client.ended(), /Content-Length: 5[^]*\r\n\r\nab$/);
});

test("a large upload waits for its reader, and a large download for its client", async () => {
  const size = 32 * 1024 * 1024;
  let read = 0;
  const { port } = await start((request) => ({
    status: 200,
    headers: {},
    body: (async function* () {
      for await (const piece of request.body) {
        read += piece.length;
        yield piece;
      }
    })(),
  }));
  const client = await connectRaw(port);
  client.socket.pause();
  client.write(`POST / HTTP/1.1\r\n${host}Content-Length: ${size}\r\n\r\n`);
  client.write(Buffer.alloc(size, "x"));
  await new Promise<void>((resolve) => wall.after(300, resolve));
  assert.ok(read < size, `${read} of ${size} bytes were read ahead`);
  client.socket.removeAllListeners("data");
  const received = new Promise<void>((resolve) => {
    let bytes = 0;
    client.socket.on("data", (chunk) => {
      bytes += chunk.length;
      if (bytes >= size) resolve();
    });
  });
  client.socket.resume();
  await received;
  assert.equal(read, size);
  client.socket.destroy();
});

test("a handler that replies early does not harm the next request", async () => {
  const { port } = await start(() => ({ status: 200, headers: {}, body: "early" }));
  const client = await connectRaw(port);
  client.write(`POST / HTTP/1.1\r\n${host}Content-Length: 200000\r\n\r\n${"x".repeat(1000)}`);
  await client.until("early");
  client.write(`${"x".repeat(199_000)}GET / HTTP/1.1\r\n${host}\r\n`);
  await client.until(/early[^]*early/);
  client.socket.destroy();
});

test("the signal tells that the client is gone", async () => {
  let gone: Promise<unknown> | undefined;
  let arrived: () => void;
  const started = new Promise<void>((resolve) => (arrived = resolve));
  const { port } = await start((request) => {
    gone = once(request.signal, "abort");
    arrived();
    return new Promise(() => {});
  });
  const client = await connectRaw(port);
  client.write(`GET / HTTP/1.1\r\n${host}\r\n`);
  await started;
  client.socket.end();
  await gone;
});

test("a client that only ends its own side still gets its answer", async () => {
  const { port } = await start(echo);
  const client = await connectRaw(port);
  client.socket.end(`GET /x HTTP/1.1\r\n${host}\r\n`);
  assert.match(await client.ended(), /GET \/x/);
});

test("what a handler throws becomes a 500, and so does what cannot be sent", async () => {
  const errors: unknown[] = [];
  const { port } = await start(
    (request) => {
      if (request.target === "/throw") throw new Error("broken");
      return { status: 200, headers: { "x-a": "b\r\nx-c: d" } };
    },
    { onError: (error) => void errors.push(error) },
  );
  for (const path of ["/throw", "/split"]) {
    const client = await connectRaw(port);
    client.write(`GET ${path} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
    const text = await client.ended();
    assert.match(text, /^HTTP\/1\.1 500 /);
    assert.ok(!text.includes("x-c"));
  }
  assert.equal(errors.length, 2);
});

test("an upgraded connection belongs to its taker, with the bytes sent ahead", async () => {
  const { port } = await start(() => ({
    status: 101,
    headers: { Upgrade: "echo", Connection: "Upgrade" },
    upgrade: (socket, head) => {
      socket.write(head);
      socket.pipe(socket);
    },
  }));
  const client = await connectRaw(port);
  client.write(`GET / HTTP/1.1\r\n${host}Upgrade: echo\r\nConnection: Upgrade\r\n\r\nahead`);
  await client.until(/^HTTP\/1\.1 101 Switching Protocols\r\n[^]*\r\n\r\nahead$/);
  client.write(" and on");
  await client.until("ahead and on");
  client.socket.end();
  await client.ended();
});

test("closing lets requests under way end", async () => {
  let arrived: () => void;
  const started = new Promise<void>((resolve) => (arrived = resolve));
  let release: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  const server = await start(async () => {
    arrived();
    await released;
    return { status: 200, headers: {}, body: "done" };
  });
  const idle = await connectRaw(server.port);
  const client = await connectRaw(server.port);
  client.write(`GET / HTTP/1.1\r\n${host}\r\n`);
  await started;
  const closing = server.close();
  assert.equal(await idle.ended(), "");
  release!();
  assert.match(await client.ended(), /Connection: close\r\n\r\ndone$/);
  await closing;
});

test("random bytes never bring the server down", async () => {
  const { port } = await start(echo);
  let seed = 7;
  const next = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  const words = ["GET / HTTP/1.1\r\n", "Host: a\r\n", "\r\n", "Content-Length: 3\r\n", "abc", "\n"];
  words.push(
    "Transfer-Encoding: chunked\r\n",
    "3\r\nabc\r\n",
    "0\r\n\r\n",
    "POST ",
    "\0",
    ":",
    " ",
  );
  for (let round = 0; round < 200; round++) {
    const client = await connectRaw(port);
    for (let count = next(12); count >= 0; count--)
      client.write(
        next(4) === 0 ? Buffer.from([next(256), next(256)]) : words[next(words.length)]!,
      );
    client.socket.end();
    await client.ended().catch(() => {});
  }
  const client = await connectRaw(port);
  client.write(`GET /alive HTTP/1.1\r\n${host}\r\n`);
  await client.until("GET /alive");
  client.socket.destroy();
});
