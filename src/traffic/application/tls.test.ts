import assert from "node:assert/strict";
import { once } from "node:events";
import { generateKeyPairSync } from "node:crypto";
import { connect as connectHttp2 } from "node:http2";
import { test } from "node:test";
import type { MutualConfig } from "./config.ts";
import {
  authority,
  ca,
  dayMs,
  handshake,
  secure,
  talk,
  tlsConfig,
} from "./testing/secure-stage.ts";
import { createStage, target, targetGroup } from "./testing/stage.ts";

test("a listener shows the certificate of the name that the client asks for", async (context) => {
  const stage = createStage(context);
  const backend = await stage.backend((request) => ({
    status: 200,
    headers: {},
    body: JSON.stringify(request.headers),
  }));
  await stage.configure({
    tlsHeaders: true,
    listeners: [secure(tlsConfig(["a.example", "b.example", "*.c.example"]))],
    targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
  });
  for (const [servername, subject] of [
    ["a.example", "a.example"],
    ["b.example", "b.example"],
    ["x.c.example", "*.c.example"],
    ["other.example", "a.example"],
  ] as const) {
    const socket = await handshake(stage.port, {
      servername,
      checkServerIdentity: () => undefined,
    });
    assert.equal(socket.getPeerCertificate().subject.CN, subject);
    socket.destroy();
  }
  const answer = await talk(await handshake(stage.port));
  const fields = JSON.parse(answer.slice(answer.indexOf("{"))) as Record<string, string>;
  assert.equal(fields["x-forwarded-proto"], "https");
  assert.equal(fields["x-forwarded-port"], "443");
  assert.equal(fields["x-amzn-tls-version"], "TLSv1.3");
  assert.equal(fields["x-amzn-tls-cipher-suite"], "TLS_AES_128_GCM_SHA256");
});

test("of several certificates with a name the best is shown", async (context) => {
  const stage = createStage(context);
  const make = (names: string[], kind: "ec" | "rsa" | "large", endMs = dayMs) => {
    const pair =
      kind === "ec"
        ? generateKeyPairSync("ec", { namedCurve: "prime256v1" })
        : generateKeyPairSync("rsa", { modulusLength: kind === "rsa" ? 2048 : 3072 });
    const { pem, key } = ca.certificate(`${kind} ${endMs}`, names, pair, endMs);
    return { certificate: pem, chain: ca.root, key };
  };
  await stage.configure({
    listeners: [
      secure(
        tlsConfig([], {
          ciphers: ["TLS_AES_128_GCM_SHA256"],
          certificates: [
            make(["a.shop.example", "default.shop.example"], "ec", 9 * dayMs),
            make(["a.shop.example", "old.shop.example"], "large", -dayMs),
            make(["a.shop.example"], "rsa"),
            make(["*.shop.example"], "large"),
            make(["old.shop.example"], "rsa"),
            make(["a.shop.example"], "ec", 2 * dayMs),
            make(["a.shop.example"], "ec", 3 * dayMs),
          ],
        }),
      ),
    ],
  });
  const shown = async (servername: string) => {
    const socket = await handshake(stage.port, {
      servername,
      rejectUnauthorized: false,
    });
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN;
  };
  // The default one serves names that no other has.
  assert.equal(await shown("default.shop.example"), `large ${dayMs}`);
  assert.equal(await shown("other.test"), `ec ${9 * dayMs}`);
  assert.equal(await shown("a.shop.example"), `ec ${3 * dayMs}`);
  // Neither expired ones nor small keys.
  assert.equal(await shown("old.shop.example"), `large ${dayMs}`);
});

test("the security policy bounds the version, and a new certificate needs no new socket", async (context) => {
  const stage = createStage(context);
  const [first] = await stage.configure({ listeners: [secure(tlsConfig(["a.example"]))] });
  await assert.rejects(
    handshake(stage.port, {
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
      ciphers: "DEFAULT@SECLEVEL=0",
    }),
  );
  const [second] = await stage.configure({
    listeners: [secure(tlsConfig(["z.example"], { minVersion: "TLSv1.3" }))],
  });
  assert.deepEqual(second, first);
  await assert.rejects(handshake(stage.port, { maxVersion: "TLSv1.2" }));
  const socket = await handshake(stage.port, {
    servername: "",
    checkServerIdentity: () => undefined,
  });
  assert.equal(socket.getPeerCertificate().subject.CN, "z.example");
  socket.destroy();
  const nodes = Object.values((await stage.report()).zones);
  assert.equal(
    nodes.reduce((sum, { tlsErrors }) => sum + tlsErrors, 0),
    2,
  );
});

test("clients speak HTTP/2 where both sides can, and bodies stream both ways", async (context) => {
  const stage = createStage(context);
  const backend = await stage.backend(async (request) => {
    async function* echo() {
      yield Buffer.from(
        `${request.httpVersion} ${request.headers.host} ${request.headers.cookie}\n`,
      );
      for await (const piece of request.body) yield piece;
    }
    return {
      status: 200,
      headers: { "Set-Cookie": ["a=1", "b=2"], Connection: "keep-alive" },
      body: echo(),
    };
  });
  await stage.configure({
    listeners: [secure(tlsConfig(["a.example"]))],
    targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
  });
  const socket = await handshake(stage.port, { ALPNProtocols: ["h2", "http/1.1"] });
  assert.equal(socket.alpnProtocol, "h2");
  const session = connectHttp2("https://a.example", { createConnection: () => socket });
  const stream = session.request({ ":method": "POST", ":path": "/up", cookie: ["x=1", "y=2"] });
  stream.write("one ");
  const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
  assert.equal(headers[":status"], 200);
  assert.deepEqual(headers["set-cookie"], ["a=1", "b=2"]);
  assert.equal(headers["connection"], undefined);
  stream.end("two");
  let text = "";
  for await (const piece of stream) text += String(piece);
  assert.equal(text, "1.1 a.example:443 x=1; y=2\none two");
  session.close();

  await stage.configure({ http2: false, listeners: [secure(tlsConfig(["a.example"]))] });
  const plain = await handshake(stage.port, { ALPNProtocols: ["h2", "http/1.1"] });
  assert.equal(plain.alpnProtocol, "http/1.1");
  plain.destroy();
});

test("mutual TLS verifies clients, or passes on what they show", async (context) => {
  const stage = createStage(context);
  const backend = await stage.backend((request) => ({
    status: 200,
    headers: {},
    body: JSON.stringify(request.headers),
  }));
  const own = authority("Client root");
  const configure = (mutual: MutualConfig) =>
    stage.configure({
      listeners: [secure(tlsConfig(["a.example"], { mutual }))],
      targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
    });
  const ask = async (client?: { pem: string; key: string }) => {
    const socket = await handshake(stage.port, client && { cert: client.pem, key: client.key });
    const answer = await talk(socket);
    return JSON.parse(answer.slice(answer.indexOf("{"))) as Record<string, string>;
  };
  const alice = own.certificate("alice", ["alice.example"]);
  const late = own.certificate("late", ["late.example"], undefined, -dayMs);

  await configure({ mode: "verify", authorities: own.root, revocations: [], ignoreExpiry: false });
  const fields = await ask(alice);
  assert.equal(fields["x-amzn-mtls-clientcert-serial-number"], "41AB");
  assert.equal(fields["x-amzn-mtls-clientcert-subject"], "CN=alice");
  assert.equal(fields["x-amzn-mtls-clientcert-issuer"], "CN=Client root");
  assert.match(fields["x-amzn-mtls-clientcert-validity"]!, /^NotBefore=.{20};NotAfter=.{20}$/);
  assert.equal(decodeURIComponent(fields["x-amzn-mtls-clientcert-leaf"]!), alice.pem);
  assert.equal(fields["x-amzn-mtls-clientcert"], undefined);
  await assert.rejects(ask(late));
  await assert.rejects(ask(ca.certificate("stranger", ["stranger.example"])));
  await assert.rejects(ask());
  await configure({ mode: "verify", authorities: own.root, revocations: [], ignoreExpiry: true });
  assert.equal((await ask(late))["x-amzn-mtls-clientcert-subject"], "CN=late");

  await configure({ mode: "passthrough" });
  const stranger = ca.certificate("stranger", ["stranger.example"]);
  const shown = decodeURIComponent((await ask(stranger))["x-amzn-mtls-clientcert"]!);
  assert.ok(shown.startsWith(stranger.pem));
  await ask();
});
