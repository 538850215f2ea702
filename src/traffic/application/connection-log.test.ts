import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectPlain, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
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
import { createStage, pause, target, targetGroup } from "./testing/stage.ts";

const clients = authority("Client root");

async function createLogged(context: TestContext, mutual?: MutualConfig) {
  const stage = createStage(context);
  const backend = await stage.backend(() => ({ status: 200, headers: {}, body: "x" }));
  await stage.configure({
    connectionLog: true,
    listeners: [secure(tlsConfig(["a.example"], { mutual }))],
    targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
  });
  /** The fields of the next line. */
  const line = async () => {
    for (;;) {
      const logs = await stage.plane.accessLogs();
      const [found] = logs.flatMap(({ lines }) => lines);
      if (found !== undefined) return found.match(/"[^"]*"|\S+/g)!;
      await pause(1);
    }
  };
  return { ...stage, port: stage.port, line };
}

const verify: MutualConfig = {
  mode: "verify",
  authorities: clients.root,
  revocations: [],
  ignoreExpiry: false,
};

test("a connection is logged with its protocol and cipher", async (context) => {
  const { port, line } = await createLogged(context);
  const socket = await handshake(port, { maxVersion: "TLSv1.2" });
  const { localPort } = socket;
  await talk(socket);
  const [time, ip, clientPort, listenerPort, protocol, cipher, seconds, ...rest] = await line();
  assert.match(time, /^\d{4}-.*Z$/);
  assert.deepEqual(
    [ip, clientPort, listenerPort, protocol, cipher],
    ["127.0.0.1", String(localPort), "443", "TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256"],
  );
  assert.match(seconds!, /^\d+\.\d{3}$/);
  assert.match(rest.join(" "), /^"-" - - Success TID_[0-9a-f]{32} - lb 192\.0\.2\.1$/);
});

test("a client's certificate is told whether it is accepted or not", async (context) => {
  const { port, line } = await createLogged(context, verify);
  const show = async (made: { pem: string; key: string | Buffer }) => {
    const socket = await handshake(port, { cert: made.pem, key: made.key });
    const { localPort } = socket;
    socket.on("error", () => {});
    socket.end("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const fields = await line();
    assert.equal(fields[2], String(localPort));
    socket.destroy();
    return fields.slice(7, 11);
  };
  const good = await show(clients.certificate("Alice", ["alice.example"]));
  assert.equal(good[0], '"CN=Alice"');
  assert.match(good[1]!, /^NotBefore=\d{4}-.*Z;NotAfter=\d{4}-.*Z$/);
  assert.deepEqual(good.slice(2), ["41AB", "Success"]);
  const [subject, , , verdict] = await show(ca.certificate("Mallory", ["mallory.example"]));
  assert.deepEqual([subject, verdict], ['"CN=Mallory"', "Failed:ClientCertUntrusted"]);
  const expired = await show(clients.certificate("Bob", ["bob.example"], undefined, -dayMs));
  assert.equal(expired[3], "Failed:ClientCertExpired");
});

test("handshakes that come to nothing are logged with the client's address", async (context) => {
  const stage = await createLogged(context, verify);
  const { port, line } = stage;
  // TLS of a version that the policy does not allow.
  const old = handshake(port, {
    minVersion: "TLSv1",
    maxVersion: "TLSv1.1",
    ciphers: "DEFAULT@SECLEVEL=0",
  });
  await assert.rejects(old);
  const failed = await line();
  assert.equal(failed[1], "127.0.0.1");
  assert.ok(Number(failed[2]) > 0);
  assert.deepEqual(failed.slice(3, 7), ["443", "-", "-", "-"]);
  assert.equal(failed[10], "Failed:UnmappedConnectionError");
  // What is no TLS at all.
  const plain = connectPlain({ host: "127.0.0.1", port });
  await once(plain, "connect");
  const { localPort } = plain;
  plain.on("error", () => {});
  plain.write("GET / HTTP/1.1\r\n\r\n");
  const [, ip, clientPort] = await line();
  assert.deepEqual([ip, clientPort], ["127.0.0.1", String(localPort)]);
  plain.destroy();
  // Clients that leave in the middle of it.
  for (const leave of [(one: Socket) => one.end(), (one: Socket) => one.resetAndDestroy()]) {
    const leaving = connectPlain({ host: "127.0.0.1", port });
    await once(leaving, "connect");
    const from = leaving.localPort;
    leaving.on("error", () => {});
    leave(leaving);
    assert.deepEqual((await line()).slice(1, 3), ["127.0.0.1", String(from)]);
  }
  // A client without a certificate.
  const bare = await handshake(port);
  bare.on("error", () => {});
  bare.resume();
  const none = await line();
  assert.deepEqual([none[7], none[10]], ['"-"', "Failed:UnmappedConnectionError"]);
  bare.destroy();
  const nodes = Object.values((await stage.report()).zones);
  assert.equal(
    nodes.reduce((sum, { tlsErrors }) => sum + tlsErrors, 0),
    5,
  );
});
