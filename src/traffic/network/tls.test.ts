import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectPlain } from "node:net";
import { Duplex } from "node:stream";
import { connect, createServer } from "node:tls";
import { test, type TestContext } from "node:test";
import { ca, handshake, tlsConfig } from "../application/testing/secure-stage.ts";
import {
  createHeldWall,
  createStage,
  endOf,
  listener,
  pause,
  readAll,
  target,
} from "./testing/stage.ts";

const secure = (names: string[], alpn: string[] = []) => ({
  protocol: "TLS" as const,
  port: 443,
  tls: tlsConfig(names),
  alpn,
});

async function tlsTarget(context: TestContext, alpn: string[]) {
  const { pem, key } = ca.certificate("target", ["target"]);
  const server = createServer({ cert: pem, key, ALPNProtocols: alpn }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", (piece) => socket.end(`${socket.alpnProtocol || "none"} ${String(piece)}`));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  return (server.address() as { port: number }).port;
}

test("TLS ends at the listener, which shows the certificate that the client asks for", async (context) => {
  const stage = createStage(context);
  const { port } = await stage.target((socket) => {
    socket.on("data", (piece) => socket.end(`plain ${String(piece)}`));
  });
  await stage.sendTo([target(port)], {}, secure(["a.example", "b.example"]), {
    recorded: ["listener"],
  });
  for (const servername of ["a.example", "b.example"]) {
    const client = await handshake(stage.at().port, { servername });
    assert.equal(client.getPeerCertificate().subject.CN, servername);
    client.write("hello");
    assert.equal(await readAll(client), "plain hello");
  }
  const counts = await stage.settled("TLS");
  assert.deepEqual(counts, { newFlows: 2, processedBytes: 32, peakBytes: 3.2 });
  const [{ records } = { records: [] }] = await stage.plane.flowRecords();
  const [first] = records;
  assert.deepEqual([first!.receivedBytes, first!.sentBytes], [5, 11]);
  assert.equal(first!.tls!.serverName, "a.example");
  assert.equal(first!.tls!.version, "TLSv1.3");
  assert.ok(first!.tls!.handshakeMs! > 0);
  assert.match(first!.tls!.certificateSerial!, /^41AB$/i);
});

test("the listener's policy chooses the protocol, and targets are offered the same", async (context) => {
  const stage = createStage(context);
  const port = await tlsTarget(context, ["h2", "http/1.1"]);
  await stage.sendTo([target(port)], { tls: true }, secure(["a.example"], ["h2", "http/1.1"]));
  const talk = async (ALPNProtocols?: string[]) => {
    const client = await handshake(stage.at().port, { ...(ALPNProtocols && { ALPNProtocols }) });
    client.write("hello");
    return [client.alpnProtocol, await readAll(client)];
  };
  assert.deepEqual(await talk(["http/1.1", "h2"]), ["h2", "h2 hello"]);
  assert.deepEqual(await talk(["http/1.1"]), ["http/1.1", "http/1.1 hello"]);
  assert.deepEqual(await talk(), [false, "none hello"]);
  assert.deepEqual(await talk(["spdy/3"]), [false, "none hello"], "then there is no ALPN");
  assert.equal((await stage.counts("TLS")).clientTlsErrors, undefined);
});

test("a greeting may come in many pieces, and none may be one", async (context) => {
  const stage = createStage(context);
  const { port } = await stage.target((socket) => socket.end("x"));
  await stage.sendTo([target(port)], {}, secure(["a.example"], ["h2"]));
  // Sends what TLS has to say byte by byte.
  const { host, port: listenerPort } = stage.at();
  const slow = connectPlain(listenerPort, host);
  const duplex = new Duplex({
    read() {},
    async write(chunk: Buffer, _encoding, done) {
      for (const byte of chunk) {
        slow.write(Buffer.of(byte));
        await pause(0);
      }
      done();
    },
  });
  slow.on("data", (piece) => duplex.push(piece));
  slow.on("end", () => duplex.push(null));
  slow.setNoDelay();
  await once(slow, "connect");
  const client = connect({
    socket: duplex,
    ca: ca.root,
    servername: "a.example",
    ALPNProtocols: ["h2"],
  });
  await once(client, "secureConnect");
  assert.equal(client.alpnProtocol, "h2");
  assert.equal(await readAll(client), "x");
  for (const bytes of ["GET / HTTP/1.1\r\n\r\n", "\x16", "\x16\x03\x01\x00\x04\x02\x00\x00\x00"]) {
    const other = await stage.client();
    other.end(Buffer.from(bytes, "latin1"));
    await endOf(other);
  }
  const { clientTlsErrors } = await stage.settled("TLS");
  assert.equal(clientTlsErrors, 3);
  assert.deepEqual(stage.errors, []);
});

test("what is no handshake costs only its own connection", async (context) => {
  const stage = createStage(context);
  const { port } = await stage.target((socket) => socket.end("x"));
  await stage.sendTo([target(port)], {}, secure(["a.example"]));
  const client = await stage.client();
  client.write("GET / HTTP/1.1\r\n\r\n");
  await endOf(client);
  const silent = await stage.client();
  silent.destroy();
  const reset = await stage.client();
  reset.resetAndDestroy();
  assert.equal(await readAll(await handshake(stage.at().port)), "x");
  const { clientTlsErrors, newFlows } = await stage.settled("TLS");
  assert.deepEqual([clientTlsErrors, newFlows], [3, 4]);
  assert.deepEqual(stage.errors, []);
});

test("a target that speaks no TLS is an error, and the client is reset", async (context) => {
  const stage = createStage(context);
  const { port } = await stage.target((socket) => socket.end("no TLS here"));
  await stage.sendTo([target(port)], { tls: true }, secure(["a.example"]));
  const client = connect({ ...stage.at(), ca: ca.root, servername: "a.example" });
  assert.equal(await endOf(client), "ECONNRESET");
  assert.equal((await stage.counts("TLS")).targetTlsErrors, 1);
});

test("an idle TLS connection is reset, and certificates are renewed without a new port", async (context) => {
  const { wall, passUntil } = createHeldWall(context);
  const stage = createStage(context, wall);
  const { port } = await stage.target(() => {});
  const listen = (name: string) =>
    stage.sendTo([target(port)], {}, { ...secure([name]), idleTimeoutMs: 100, arn: listener.arn });
  await listen("a.example");
  const before = stage.at();
  assert.equal(await passUntil(endOf(await handshake(before.port))), "ECONNRESET");
  await listen("b.example");
  assert.deepEqual(stage.at(), before);
  const client = await handshake(before.port, { servername: "b.example" });
  assert.equal(client.getPeerCertificate().subject.CN, "b.example");
  client.destroy();
});
