import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2, createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { handshake, secure, talk, tlsConfig } from "./testing/secure-stage.ts";
import { createStage, targetGroup } from "./testing/stage.ts";

/** A service that answers each message with itself, and then its status. */
async function echoService(context: TestContext) {
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    if (headers[":path"] === "/AWS.ALB/healthcheck") {
      stream.respond(
        { ":status": 200, "content-type": "application/grpc", "grpc-status": "12" },
        { endStream: true },
      );
      return;
    }
    stream.respond(
      { ":status": 200, "content-type": "application/grpc", "x-te": String(headers["te"]) },
      { waitForTrailers: true },
    );
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.pipe(stream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => sessions.add(session));
  context.after(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test("gRPC streams both ways and its status comes in trailers", async (context) => {
  const stage = createStage(context);
  const port = await echoService(context);
  const reach = { host: "127.0.0.1", port };
  await stage.configure({
    listeners: [secure(tlsConfig(["a.example"]))],
    targetGroups: [
      {
        ...targetGroup,
        version: "GRPC",
        targets: [{ key: "a", zone: "us-east-1a", reach, state: "healthy", healthyForMs: 1e9 }],
      },
    ],
  });
  const socket = await handshake(stage.port, { ALPNProtocols: ["h2"] });
  const session = connectHttp2("https://a.example", { createConnection: () => socket });
  const stream = session.request({
    ":method": "POST",
    ":path": "/echo.Echo/Talk",
    "content-type": "application/grpc",
    te: "trailers",
  });
  const [headers] = (await once(stream, "response")) as [Record<string, string>];
  assert.equal(headers["x-te"], "trailers");
  for (const word of ["one", "two"]) {
    stream.write(word);
    const [piece] = (await once(stream, "data")) as [Buffer];
    assert.equal(String(piece), word);
  }
  const trailers = once(stream, "trailers") as Promise<[Record<string, string>]>;
  stream.end();
  assert.equal((await trailers)[0]["grpc-status"], "0");

  const get = session.request({ ":path": "/" });
  const [refused] = (await once(get, "response")) as [Record<string, unknown>];
  assert.equal(refused[":status"], 464);
  session.close();
  const plain = await talk(await handshake(stage.port));
  assert.match(plain, /^HTTP\/1\.1 464 /);

  const check = {
    reach,
    tls: false,
    version: "GRPC" as const,
    host: "a",
    path: "/AWS.ALB/healthcheck",
    matcher: "12",
    timeoutMs: 20_000,
  };
  assert.deepEqual(await stage.plane.check(check), { healthy: true, status: 12 });
  assert.deepEqual(await stage.plane.check({ ...check, path: "/echo.Echo/Talk", matcher: "1-9" }), {
    healthy: false,
    reason: "mismatch",
    status: 0,
  });
});
