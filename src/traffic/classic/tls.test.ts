import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { connect, createServer as createTlsServer, type TLSSocket } from "node:tls";
import { test, type TestContext } from "node:test";
import { ca, tlsConfig } from "../application/testing/secure-stage.ts";
import { createHeldWall, until } from "../application/testing/stage.ts";
import { createClassicStage, http, instance } from "./testing/stage.ts";

/** Answers every request over TLS; gives its port and its public key. */
async function secureBackend(context: TestContext) {
  const { pem, key } = ca.certificate("backend", ["backend"]);
  const server = createTlsServer({ cert: pem, key }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => void server.close());
  const publicKey = createPublicKey(pem).export({ type: "spki", format: "der" });
  return { port: (server.address() as AddressInfo).port, publicKey: publicKey.toString("base64") };
}

async function open(at: { host: string; port: number }): Promise<TLSSocket> {
  const socket = connect({ ...at, servername: "shop.example", ca: ca.root });
  await once(socket, "secureConnect");
  return socket;
}

test("an HTTPS listener tells instances so, and speaks the policy's versions alone", async (context) => {
  const stage = createClassicStage(context);
  const backend = await stage.backend(({ headers }) => ({
    status: 200,
    headers: {},
    body: `${headers["x-forwarded-proto"]} ${headers["x-forwarded-port"]}`,
  }));
  const tls = tlsConfig(["shop.example"], {
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.2",
    ciphers: ["ECDHE-ECDSA-AES128-GCM-SHA256"],
  });
  await stage.configure({
    listeners: [{ ...http, port: 443, protocol: "HTTPS", tls }],
    accessLog: true,
    instances: [instance("i-1", backend.port)],
  });
  const { text } = await stage.get("/", { tls: { servername: "shop.example", ca: ca.root } });
  assert.equal(text, "https 443");
  const [log] = await stage.plane.classicLogs();
  assert.match(log!.lines[0]!, / ECDHE-ECDSA-AES128-GCM-SHA256 TLSv1\.2$/);
  assert.match(log!.lines[0]!, /"GET https:\/\/shop\.example:443\/ HTTP\/1\.1"/);
});

test("instances are spoken to over TLS, and only those with a trusted key if there are any", async (context) => {
  const { wall, passUntil } = createHeldWall(context);
  const stage = createClassicStage(context, wall);
  const { port, publicKey } = await secureBackend(context);
  const other = await secureBackend(context);
  const configure = (trustedKeys: string[] | undefined) =>
    stage.configure({
      listeners: [{ ...http, backend: { trustedKeys } }],
      instances: [instance("i-1", port)],
      idleTimeoutMs: 300,
    });
  await configure(undefined);
  assert.equal((await stage.get("/")).text, "secret");
  await configure([other.publicKey, publicKey]);
  assert.equal((await stage.get("/")).text, "secret");
  await configure([other.publicKey]);
  assert.equal((await passUntil(stage.get("/"))).status, 504);
});

test("an SSL listener decrypts for TCP instances, or encrypts anew for trusted ones", async (context) => {
  const stage = createClassicStage(context);
  const plain = createServer((socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  plain.listen(0, "127.0.0.1");
  await once(plain, "listening");
  context.after(() => void plain.close());
  const listener = { ...http, protocol: "SSL" as const, tls: tlsConfig(["shop.example"]) };
  await stage.configure({
    listeners: [listener],
    accessLog: true,
    instances: [instance("i-1", (plain.address() as AddressInfo).port)],
  });
  const ask = async (text: string, wanted: string) => {
    const socket = await open(stage.at());
    let heard = "";
    socket.on("data", (piece) => (heard += String(piece)));
    socket.write(text);
    await until(() => heard.includes(wanted));
    socket.end();
    await once(socket, "close");
  };
  await ask("hello", "hello");
  const [log] = await stage.plane.classicLogs();
  assert.match(log!.lines[0]!, / - - 5 5 "- - - " "-" \S+ TLSv1\.[23]$/);
  const { port, publicKey } = await secureBackend(context);
  await stage.configure({
    listeners: [{ ...listener, backend: { trustedKeys: [publicKey] } }],
    instances: [instance("i-1", port)],
  });
  await ask("GET / HTTP/1.1\r\n\r\n", "secret");
});

test("a body that is still coming waits with its request", async (context) => {
  const stage = createClassicStage(context);
  const reserved = await stage.backend(() => ({ status: 200, headers: {} }));
  await reserved.close(0);
  await stage.configure({ instances: [instance("i-1", reserved.port)] });
  async function* body() {
    for (const piece of ["one", "two", "three"]) {
      yield Buffer.from(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const answer = stage.get("/", { method: "POST", body: body() });
  await stage.backend(async ({ body: received }) => {
    let text = "";
    for await (const piece of received) text += String(Buffer.from(piece));
    return { status: 200, headers: {}, body: text };
  }, reserved.port);
  assert.equal((await answer).text, "onetwothree");
});
