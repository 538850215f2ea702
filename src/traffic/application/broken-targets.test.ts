import assert from "node:assert/strict";
import { once } from "node:events";
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { createHttpClient } from "#http/client.ts";
import { createHttp2Client } from "#http/http2-client.ts";
import {
  data,
  frameTypes,
  goaway,
  head,
  reset,
  startRawHttp2,
  type Frame,
} from "#http/testing/raw-http2-server.ts";
import { handshake, secure, tlsConfig } from "./testing/secure-stage.ts";
import { createHeldWall, createStage, pause, target, targetGroup, until } from "./testing/stage.ts";

async function listen(context: TestContext, server: ReturnType<typeof createServer>) {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const end = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  context.after(end);
  return { port: (server.address() as AddressInfo).port, end, sockets };
}

test("an answer that breaks off is seen broken, and is no failure of the balancer", async (context) => {
  const stage = createStage(context);
  const server = createServer((socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\npart");
      setImmediate(() => socket.resetAndDestroy());
    });
  });
  const { port } = await listen(context, server);
  await stage.forwardTo([target({ port })]);
  await assert.rejects(stage.get("/"));
  assert.deepEqual(stage.errors, []);
});

/** A client of HTTP/2 and a gRPC group whose target does what `act` does. */
async function grpcStage(context: TestContext) {
  const stage = createStage(context);
  const server = createHttp2Server();
  const backend = await listen(context, server);
  server.on("session", (session) => session.on("error", () => {}));
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    stream.on("error", () => {});
    stream.respond(
      { ":status": 200, "content-type": "application/grpc" },
      { waitForTrailers: true },
    );
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    const path = headers[":path"];
    if (path === "/echo") return void stream.pipe(stream);
    stream.write("part");
    const act = () =>
      path === "/reset"
        ? stream.destroy(new Error("broken"))
        : [...backend.sockets].map((socket) => socket.resetAndDestroy());
    void pause(20).then(act);
  });
  const nobody = await listen(context, createServer());
  nobody.end();
  const configure = (ports: number[]) =>
    stage.configure({
      zones: ["us-east-1a"],
      listeners: [secure(tlsConfig(["a.example"]))],
      targetGroups: [
        { ...targetGroup, version: "GRPC", targets: ports.map((one) => target({ port: one })) },
      ],
    });
  await configure([backend.port]);
  const socket = await handshake(stage.port, { ALPNProtocols: ["h2"] });
  const session: ClientHttp2Session = connectHttp2("https://a.example", {
    createConnection: () => socket,
  });
  context.after(() => session.destroy());
  const call = async (path: string, pieces: string[]) => {
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
    });
    const heard = { status: 0, text: "", trailers: undefined as unknown, reset: 0 };
    let isClosed = false;
    stream.on("error", () => {});
    stream.on("response", (headers: IncomingHttpHeaders & { ":status"?: number }) => {
      heard.status = headers[":status"] ?? 0;
    });
    stream.on("trailers", (trailers: IncomingHttpHeaders) => {
      heard.trailers = trailers["grpc-status"];
    });
    stream.on("data", (piece: Buffer) => (heard.text += String(piece)));
    stream.on("close", () => (isClosed = true));
    for (const piece of pieces) {
      stream.write(piece);
      await pause(5);
    }
    stream.end();
    await until(() => isClosed);
    return { ...heard, reset: stream.rstCode };
  };
  return { stage, configure, call, alive: backend.port, dead: nobody.port };
}

test("gRPC: streams go on at another target when no connection comes about, and end when none is left", async (context) => {
  const { stage, configure, call, alive, dead } = await grpcStage(context);
  const pieces = ["a", "b", "c"];
  const good = { status: 200, text: "abc", trailers: "0", reset: 0 };
  assert.deepEqual(await call("/echo", pieces), good);
  await configure([dead, alive]);
  for (let count = 0; count < 4; count++) assert.deepEqual(await call("/echo", pieces), good);
  await configure([dead]);
  const { status, reset } = await call("/echo", pieces);
  assert.deepEqual([status, reset], [502, 0]);
  assert.deepEqual(stage.errors, []);
});

test("gRPC: what a target refuses or goes away before goes to another, what it has begun does not", async (context) => {
  const { stage, configure, call, alive } = await grpcStage(context);
  const good = { status: 200, text: "abc", trailers: "0", reset: 0 };
  const refusedStream = 7;
  for (const act of [
    ({ stream }: Frame) => reset(stream, refusedStream),
    () => goaway(0, 0),
    () => goaway(0, 11),
  ]) {
    const refusing = await startRawHttp2(context, (frame, socket) => {
      if (frame.type === frameTypes.headers) socket.write(act(frame));
    });
    await configure([refusing.port, alive]);
    for (let count = 0; count < 4; count++)
      assert.deepEqual(await call("/echo", ["a", "b", "c"]), good);
    assert.ok(refusing.sockets.length > 0);
    await configure([refusing.port]);
    const { status, reset: code } = await call("/echo", ["a"]);
    assert.deepEqual([status, code], [502, 0]);
  }
  const beginning = await startRawHttp2(context, ({ type, stream }, socket) => {
    if (type === frameTypes.headers) socket.end(goaway(stream, 0));
  });
  await configure([beginning.port]);
  assert.equal((await call("/echo", ["a"])).status, 502);
  assert.equal(beginning.sockets.length, 1);
  assert.deepEqual(stage.errors, []);
});

test("gRPC: a killed target's answer is broken off towards the client", async (context) => {
  const { stage, configure, call } = await grpcStage(context);
  const killed = await startRawHttp2(context, ({ type, stream }, socket) => {
    if (type === frameTypes.headers)
      socket.end(Buffer.concat([head(stream), data(stream, "part")]));
  });
  await configure([killed.port]);
  const { status, text, trailers, reset: code } = await call("/x", []);
  assert.deepEqual([status, text, trailers, code], [200, "part", undefined, 2]);
  assert.deepEqual(stage.errors, []);
});

test("gRPC: what a target breaks off is broken off towards the client", async (context) => {
  const { stage, call } = await grpcStage(context);
  for (const path of ["/reset", "/crash"]) {
    const { status, text, trailers, reset } = await call(path, ["x"]);
    assert.deepEqual([status, text, trailers, reset], [200, "part", undefined, 2], path);
  }
  assert.deepEqual(stage.errors, []);
});

test("targets that do not get through a handshake are counted as such, whatever they should speak", async (context) => {
  const stage = createStage(context);
  const server = createServer((socket) => socket.once("data", () => socket.end("no TLS here")));
  const { port } = await listen(context, server);
  const { clock, wall } = createHeldWall(context);
  const client = createHttpClient({ wall });
  const client2 = createHttp2Client({ wall });
  context.after(() => {
    client.close();
    client2.close();
  });
  const silent = await listen(context, createServer());
  for (const [index, one] of [client, client2].entries()) {
    const rejected = assert.rejects(
      one.request({
        address: { host: "127.0.0.1", port: silent.port },
        tls: { servername: "127.0.0.1", rejectUnauthorized: false },
        method: "GET",
        target: "/",
        rawHeaders: ["Host", "a"],
        connectTimeoutMs: 50,
      }),
      { failure: "handshake-timeout" },
    );
    await until(() => silent.sockets.size > index);
    // The client sees its connection one turn later at most.
    await pause(1);
    await pause(1);
    await clock.advance(10_000);
    await rejected;
  }
  await stage.forwardTo([target({ port })], { tls: true }, { zones: ["us-east-1a"] });
  assert.equal((await stage.get("/")).status, 502);
  const [counted] = (await stage.report()).groups;
  const { tlsErrors, connectionErrors } = counted!.counts;
  assert.deepEqual({ tlsErrors, connectionErrors }, { tlsErrors: 1, connectionErrors: 0 });
  const asked = client2.request({
    address: { host: "127.0.0.1", port },
    tls: { servername: "127.0.0.1", rejectUnauthorized: false },
    method: "GET",
    target: "/",
    rawHeaders: ["Host", "a"],
  });
  await assert.rejects(asked, { failure: "handshake" });
});
