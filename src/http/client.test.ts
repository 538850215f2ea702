import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { createWall } from "#runtime/wall.ts";
import { createHttpClient, HttpClientError, type ClientRequest } from "./client.ts";
import { readBody, WholeBody, type HttpHandler } from "./http.ts";
import { serve } from "./server.ts";

const wall = createWall((error) => {
  throw error;
});
const closers: (() => unknown)[] = [];
after(() => Promise.all(closers.map((close) => close())));

function newClient() {
  const client = createHttpClient({ wall });
  closers.push(() => client.close());
  return client;
}

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "fogbank-"));
  closers.push(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function startServer(handler: HttpHandler) {
  const server = await serve({ host: "127.0.0.1", port: 0, wall, handler });
  closers.push(() => server.close(0));
  return { host: "127.0.0.1", port: server.port };
}

/** A server that answers with whatever bytes a test likes. */
async function startRaw(onConnection: (socket: Socket, count: number) => void) {
  let count = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket, ++count);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { host: "127.0.0.1", port: (server.address() as { port: number }).port };
}

const get = (address: ClientRequest["address"], more: Partial<ClientRequest> = {}) => ({
  address,
  method: "GET",
  target: "/",
  rawHeaders: ["Host", "a"],
  ...more,
});
const text = async (body: AsyncIterable<Uint8Array>) => String(await readBody(body, 1e9));

test("connections are kept and used again", async () => {
  const ports = new Set<number>();
  const address = await startServer((request) => {
    ports.add(request.remotePort);
    return { status: 200, headers: { "x-a": "b" }, body: "hello" };
  });
  const client = newClient();
  for (let count = 0; count < 3; count++) {
    const response = await client.request(get(address));
    assert.equal(response.headers["x-a"], "b");
    assert.ok(response.body instanceof WholeBody);
    assert.equal(await text(response.body), "hello");
  }
  assert.equal(ports.size, 1);
  await Promise.all([client.request(get(address)), client.request(get(address))]);
  assert.equal(ports.size, 2);
});

test("bodies stream both ways", async () => {
  const address = await startServer((request) => ({
    status: 200,
    headers: {},
    body: (async function* () {
      for await (const piece of request.body) yield Buffer.from(String(piece).toUpperCase());
    })(),
  }));
  async function* upload() {
    for (let count = 0; count < 50; count++) yield Buffer.from("x".repeat(10_000));
  }
  const client = newClient();
  const response = await client.request(get(address, { method: "POST", body: upload() }));
  assert.equal(await text(response.body), "X".repeat(500_000));
  const known = get(address, { method: "POST", body: upload(), bodyLength: 500_000 });
  assert.equal((await text((await client.request(known)).body)).length, 500_000);
});

test("a kept connection that the server closed is replaced for what may be repeated", async () => {
  const address = await startRaw((socket, count) => {
    let requests = 0;
    socket.on("data", () => {
      // The first connection dies silently at its second request.
      if (count === 1 && ++requests === 2) socket.destroy();
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
  });
  const client = newClient();
  assert.equal(await text((await client.request(get(address))).body), "ok");
  assert.equal(await text((await client.request(get(address))).body), "ok");
});

test("what may not be repeated fails instead", async () => {
  const address = await startRaw((socket) => {
    let requests = 0;
    socket.on("data", () => {
      if (++requests === 2) socket.destroy();
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
  });
  const client = newClient();
  const post = get(address, { method: "POST", body: "order" });
  await client.request(post);
  await assert.rejects(client.request(post), { failure: "closed", sent: true });
});

const failing: [name: string, answer: string, failure: string][] = [
  ["no HTTP", "hello\r\n\r\n", "malformed"],
  ["line feeds alone", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "malformed"],
  [
    "both framings",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "malformed",
  ],
  ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "malformed"],
  ["a 101 that was not asked for", "HTTP/1.1 101 X\r\n\r\n", "malformed"],
  ["an end within the head", "HTTP/1.1 200 OK\r\nConte", "closed"],
  ["nothing", "", "closed"],
];
for (const [name, answer, failure] of failing)
  test(`an answer with ${name} is refused as ${failure}`, async () => {
    const address = await startRaw((socket) => socket.once("data", () => socket.end(answer)));
    await assert.rejects(
      newClient().request(get(address)),
      (error) => error instanceof HttpClientError && error.failure === failure,
    );
  });

test("a body that ends early fails its reader", async () => {
  const address = await startRaw((socket) =>
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab")),
  );
  const response = await newClient().request(get(address));
  await assert.rejects(text(response.body), { failure: "closed" });
});

test("a body without a length ends with its connection", async () => {
  const address = await startRaw((socket) =>
    socket.once("data", () => socket.end("HTTP/1.0 200 OK\r\n\r\nall of it")),
  );
  const response = await newClient().request(get(address));
  assert.equal(await text(response.body), "all of it");
});

test("interim answers are passed over", async () => {
  const address = await startRaw((socket) =>
    socket.once("data", () =>
      socket.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
    ),
  );
  assert.equal((await newClient().request(get(address))).status, 204);
});

test("what a server wrongly sends behind an answer without a body is nobody's answer", async () => {
  const stray = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong";
  const heads: [method: string, head: string][] = [
    ["HEAD", `200 OK\r\nContent-Length: ${stray.length}`],
    ["HEAD", "200 OK\r\nTransfer-Encoding: chunked"],
    ["GET", `304 Not Modified\r\nContent-Length: ${stray.length}`],
    ["GET", `204 No Content\r\nContent-Length: ${stray.length}`],
    ["GET", "204 No Content\r\nTransfer-Encoding: chunked"],
  ];
  for (const [method, head] of heads) {
    const connections: Socket[] = [];
    const address = await startRaw((socket) => {
      connections.push(socket);
      socket.on("data", (bytes) => {
        const first = String(bytes).includes(" /first ");
        socket.write(`HTTP/1.1 ${first ? head : "200 OK\r\nContent-Length: 5"}\r\n\r\n`);
        if (!first) socket.write("right");
      });
    });
    const client = newClient();
    const { body } = await client.request(get(address, { method, target: "/first" }));
    assert.equal(await text(body), "");
    const next = client.request(get(address));
    connections[0]!.write(stray);
    assert.equal(await text((await next).body), "right", head);
    assert.equal(connections.length, 2);
  }
});

test("a connection is used again after answers without a body that say how long it would be", async () => {
  const ports = new Set<number>();
  const address = await startServer((request) => {
    ports.add(request.remotePort);
    return { status: 200, headers: { "Content-Length": 9 } };
  });
  const client = newClient();
  // It rests for a while first, and others are made meanwhile.
  for (let count = 0; ports.size === count; count++)
    await client.request(get(address, { method: "HEAD" }));
});

test("bytes that come on an unused connection end it, be they a whole answer", async () => {
  const answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  for (const unasked of ["H", answer]) {
    const connections: Socket[] = [];
    const address = await startRaw((socket, count) => {
      connections.push(socket);
      socket.on("data", () => socket.write(answer.replace("OK", `of ${count}`)));
    });
    const client = newClient();
    assert.equal((await client.request(get(address))).reason, "of 1");
    connections[0]!.write(unasked);
    await once(connections[0]!, "close");
    assert.equal((await client.request(get(address))).reason, "of 2");
  }
});

test("silence, refused connections and aborts are told apart", async () => {
  const silent = await startRaw(() => {});
  const client = newClient();
  await assert.rejects(client.request(get(silent, { idleTimeoutMs: 50 })), {
    failure: "timeout",
  });
  const free = await startRaw(() => {});
  await assert.rejects(client.request(get({ host: "127.0.0.1", port: 1 })), {
    failure: "connect",
    sent: false,
  });
  const abort = new AbortController();
  const pending = client.request(get(free, { signal: abort.signal }));
  abort.abort();
  await assert.rejects(pending, { failure: "aborted" });
});

test("an upgrade gives the connection away", async () => {
  const address = await startServer(() => ({
    status: 101,
    headers: { Upgrade: "echo", Connection: "Upgrade" },
    upgrade: (socket) => void socket.pipe(socket),
  }));
  const response = await newClient().request(
    get(address, { upgrade: true, rawHeaders: ["Host", "a", "Upgrade", "echo"] }),
  );
  const { socket } = response.upgraded!;
  socket.write("over there");
  socket.resume();
  const [echoed] = await once(socket, "data");
  assert.equal(String(echoed), "over there");
  socket.destroy();
});

test("a local socket is an address too", async () => {
  const path = join(newDirectory(), "s");
  const server = createServer((socket) =>
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")),
  );
  server.listen(path);
  await once(server, "listening");
  closers.push(() => server.close());
  assert.equal(await text((await newClient().request(get({ path }))).body), "x");
});

test("https checks the certificate against the given authority", async () => {
  const directory = newDirectory();
  const [key, cert] = [join(directory, "key"), join(directory, "cert")];
  execFileSync(
    "openssl",
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost
     -addext subjectAltName=DNS:localhost -keyout ${key} -out ${cert}`.split(/\s+/),
    { stdio: "ignore" },
  );
  const ca = readFileSync(cert, "utf8");
  const server = createTlsServer({ key: readFileSync(key), cert: ca }, (socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntls"));
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close());
  const address = { host: "127.0.0.1", port: (server.address() as { port: number }).port };
  const client = newClient();
  const trusted = get(address, { tls: { servername: "localhost", ca } });
  assert.equal(await text((await client.request(trusted)).body), "tls");
  await assert.rejects(client.request(get(address, { tls: { servername: "localhost" } })), {
    failure: "handshake",
  });
});
