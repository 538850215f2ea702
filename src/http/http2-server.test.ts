import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import {
  connect,
  constants,
  type ClientHttp2Session,
  type SecureClientSessionOptions,
} from "node:http2";
import { connect as connectRaw } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { createWall } from "#runtime/wall.ts";
import { defaultLimits, type HttpHandler } from "./http.ts";
import { createHttp2Front } from "./http2-server.ts";
import { serve } from "./server.ts";

const wall = createWall((error) => {
  throw error;
});
const closers: (() => unknown)[] = [];
after(() => Promise.all(closers.map((close) => close())));
const directory = mkdtempSync(join(tmpdir(), "fogbank-"));
closers.push(() => rmSync(directory, { recursive: true }));
const [key, cert] = [join(directory, "key"), join(directory, "cert")];
execFileSync(
  "openssl",
  `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost
   -keyout ${key} -out ${cert}`.split(/\s+/),
  { stdio: "ignore" },
);

async function start(handler: HttpHandler, idleTimeoutMs = 60_000) {
  const front = createHttp2Front({
    handler,
    wall,
    idleTimeoutMs,
    mostStreams: 200,
    mostRequests: 100,
    limits: defaultLimits,
    refuse: (status) => ({ status, headers: {} }),
    onError: assert.ifError,
    onConnection: () => {},
  });
  const server = await serve({
    host: "127.0.0.1",
    port: 0,
    wall,
    handler,
    secure: {
      options: { ALPNProtocols: ["h2"], key: readFileSync(key), cert: readFileSync(cert) },
      take(socket) {
        front.take(socket);
        return true;
      },
      onHandshakeError: assert.ifError,
    },
  });
  closers.push(() => Promise.all([server.close(0), front.close(0)]));
  const open = (options: SecureClientSessionOptions = {}) => {
    const url = `https://127.0.0.1:${server.port}`;
    const session = connect(url, { ...options, rejectUnauthorized: false });
    return session.on("error", () => {});
  };
  return Object.assign(open, {
    port: server.port,
    close: (graceMs: number) => front.close(graceMs),
  });
}

type Leave = (session: ClientHttp2Session, stream: { close(code: number): void }) => void;
const ways: [string, Leave][] = [
  ["cancels its request", (_session, stream) => stream.close(constants.NGHTTP2_CANCEL)],
  ["ends its session", (session) => session.destroy()],
  ["ends its connection", (session) => session.socket.destroy()],
];

for (const [how, leave] of ways)
  test(`a handler is told when its client ${how}, before a reply and between two pieces of one`, async () => {
    for (const begun of [false, true]) {
      const asked = Promise.withResolvers<void>();
      const gone = Promise.withResolvers<void>();
      const open = await start((request) => {
        request.onGone!(() => gone.resolve());
        asked.resolve();
        if (!begun) return new Promise(() => {});
        const body = (async function* () {
          yield Buffer.from("x");
          await new Promise(() => {});
        })();
        return { status: 200, headers: {}, body };
      });
      const session = open();
      const stream = session.request({ ":path": "/" }).on("error", () => {});
      await (begun ? once(stream, "data") : asked.promise);
      leave(session, stream);
      await gone.promise;
      session.destroy();
    }
  });

test("a handler is not told when its client has taken all and leaves", async () => {
  let told = 0;
  const open = await start((request) => {
    request.onGone!(() => void told++);
    if (request.target === "/whole") return { status: 200, headers: {}, body: "x" };
    const body = (async function* () {
      yield Buffer.from("x");
    })();
    return { status: request.target === "/silent" ? 204 : 200, headers: {}, body };
  });
  const session = open();
  for (const path of ["/whole", "/pieces", "/silent"]) {
    const stream = session.request({ ":path": path }).resume();
    await once(stream, "close");
  }
  session.close();
  await once(session, "close");
  assert.equal(told, 0);
});

test("a front closes even where a session breaks off meanwhile", async () => {
  const asked = Promise.withResolvers<void>();
  const open = await start(() => {
    asked.resolve();
    return new Promise(() => {});
  });
  const raw = connectRaw(open.port, "127.0.0.1");
  closers.push(() => raw.destroy());
  const createConnection = () =>
    connectTls({ socket: raw, ALPNProtocols: ["h2"], rejectUnauthorized: false });
  open({ createConnection })
    .request({ ":path": "/" })
    .on("error", () => {});
  await asked.promise;
  const closed = open.close(60_000);
  // A record of TLS that nobody encrypted.
  raw.write(Buffer.from("1703030005aaaaaaaaaa", "hex"));
  await closed;
});

test("a session whose client takes nothing ends when it has idled twice", async () => {
  const body = Buffer.alloc(100_000);
  const open = await start(() => ({ status: 200, headers: {}, body }), 50);
  const session = open({ settings: { initialWindowSize: 0 } });
  session.request({ ":path": "/" }).on("error", () => {});
  await once(session, "close");
});

test("a large answer arrives whole, whatever of the request was left unread", async () => {
  const large = Buffer.alloc(3_000_000, "x");
  const open = await start(({ target }) => {
    async function* pieces() {
      for (let count = 0; count < 30; count++) yield large.subarray(0, 100_000);
    }
    return { status: 200, headers: {}, body: target === "/whole" ? large : pieces() };
  });
  const session = open();
  for (const path of ["/whole", "/pieces"])
    for (const method of ["GET", "POST"]) {
      const stream = session.request({ ":path": path, ":method": method });
      if (method === "POST") stream.end("an upload that nobody reads");
      let size = 0;
      for await (const piece of stream) size += (piece as Buffer).length;
      assert.equal(size, large.length, `${method} ${path}`);
    }
  session.close();
  await once(session, "close");
});

test("fields of an answer go out as often as they come, those of connections never", async () => {
  const open = await start(() => ({
    status: 200,
    headers: { "X-Own": ["a", "b"] },
    rawHeaders: [
      "X-Content-Type-Options",
      "nosniff",
      "x-content-type-options",
      "nosniff",
      "HTTP2-Settings",
      "AAMAAABk",
      "Keep-Alive",
      "timeout=5",
      "TE",
      "gzip",
    ],
    body: "x",
  }));
  const session = open();
  const stream = session.request({ ":path": "/" }).resume();
  const [, , raw] = (await once(stream, "response")) as [unknown, unknown, string[]];
  const names = raw.filter((_text, index) => index % 2 === 0 && !raw[index]!.startsWith(":"));
  assert.deepEqual(
    names.filter((name) => name !== "date"),
    ["x-content-type-options", "x-content-type-options", "x-own", "x-own"],
  );
  session.close();
  await once(session, "close");
});

test("a session that has had its requests still takes what its client sent before it knew", async () => {
  const open = await start(() => ({ status: 200, headers: {}, body: "x" }));
  const session = open();
  const goaways: number[] = [];
  session.on("goaway", (_code: number, last: number) => goaways.push(last));
  // With its answer the settings have come.
  await once(session.request({ ":path": "/" }).resume(), "close");
  // All in one flight, of which the session takes 99 before it says that it wants no more.
  const streams = Array.from({ length: 104 }, () => session.request({ ":path": "/" }).resume());
  const statuses = streams.map(async (stream) => {
    const [headers] = (await once(stream, "response")) as [{ ":status": number }];
    return headers[":status"];
  });
  assert.deepEqual(new Set(await Promise.all(statuses)), new Set([200]));
  await once(session, "close");
  assert.equal(goaways[0], 2 ** 31 - 1);
});
