import assert from "node:assert/strict";
import { connect, createServer, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { ca, tlsConfig } from "../application/testing/secure-stage.ts";
import { createStage, listener, pause, target, targetGroup } from "./testing/stage.ts";

const random = createSeededRandom(5);
const soon = (act: () => void) => void pause(random.next() * 30).then(act);

async function badTarget(context: TestContext, secure: boolean): Promise<number> {
  const handle = (socket: Socket) => {
    socket.on("error", () => {});
    const draw = random.next();
    if (draw < 0.1) soon(() => socket.destroy());
    else if (draw < 0.2) socket.end("early");
    else socket.pipe(socket);
  };
  const { pem, key } = ca.certificate("target", ["target"]);
  const server: Server = secure
    ? createTlsServer({ cert: pem, key }, handle)
    : createServer({ allowHalfOpen: true }, handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  return (server.address() as { port: number }).port;
}

/** A client that sends much, little or nonsense, reads slowly, and leaves in any way. */
async function badClient(at: { host: string; port: number }, secure: boolean): Promise<void> {
  const raw = connect({ ...at, allowHalfOpen: true });
  raw.on("error", () => {});
  const nonsense = random.next() < 0.1;
  const socket = secure && !nonsense ? connectTls({ socket: raw, rejectUnauthorized: false }) : raw;
  const ended = new Promise<void>((resolve) => {
    for (const event of ["error", "close", "end"]) socket.on(event, () => resolve());
    void pause(1000).then(resolve);
  });
  socket.on("data", () => {
    if (random.next() > 0.2) return;
    socket.pause();
    soon(() => socket.resume());
  });
  socket.write(random.bytes(nonsense ? 300 : Math.floor(random.next() ** 3 * 500_000)));
  const draw = random.next();
  if (draw < 0.2) soon(() => raw.resetAndDestroy());
  else if (draw < 0.4) soon(() => socket.destroy());
  else socket.end();
  await ended;
  socket.destroy();
  raw.destroy();
}

test("nothing that clients, targets and changes do at once breaks or leaks", async (context) => {
  const stage = createStage(context);
  const plain = [await badTarget(context, false), await badTarget(context, false)];
  const secured = [await badTarget(context, true), await badTarget(context, true)];
  const tls = tlsConfig(["a.example"]);
  let changes = 0;
  const configure = () => {
    changes++;
    const common = { ...listener, idleTimeoutMs: 300 };
    const listeners = [
      { ...common, arn: "tcp", groups: [{ arn: "plain", weight: 1 }] },
      {
        ...common,
        arn: "tls",
        protocol: "TLS" as const,
        tls,
        groups: [{ arn: "plain", weight: 1 }],
      },
      {
        ...common,
        arn: "both",
        protocol: "TLS" as const,
        tls,
        groups: [{ arn: "tls", weight: 1 }],
      },
    ];
    const group = {
      ...targetGroup,
      resetsDeregistered: changes % 2 === 0,
      unhealthyResetMs: changes % 3 === 0 ? 10 : 0,
    };
    const targets = (ports: readonly number[]) =>
      ports
        .filter((_, index) => index !== changes % 4)
        .map((port) => target(port, changes % 5 === 0 ? { state: "unhealthy" } : {}));
    return stage.configure({
      listeners,
      targetGroups: [
        { ...group, arn: "plain", targets: targets(plain) },
        { ...group, arn: "tls", tls: true, targets: targets(secured) },
      ],
    });
  };
  await configure();
  const phase = { going: true };
  const clients = { TCP: 0, TLS: 0 };
  const lane = async (index: number) => {
    while (phase.going) {
      await badClient(stage.at("a", index % 3), index % 3 > 0);
      clients[index % 3 > 0 ? "TLS" : "TCP"]++;
    }
  };
  const lanes = Array.from({ length: 18 }, (_, index) => lane(index));
  for (let times = 0; times < 25 || clients.TCP < 40 || clients.TLS < 40; times++) {
    await pause(80);
    await configure();
  }
  phase.going = false;
  await Promise.all(lanes);
  const flows: Record<string, number> = {};
  for (let active = 1; active > 0; await pause(1)) {
    const { nodes } = (await stage.plane.reportNetwork())[0]!;
    for (const { kind, counts } of nodes) flows[kind] = (flows[kind] ?? 0) + counts.newFlows;
    active = nodes.reduce((sum, { counts }) => sum + counts.activeFlows, 0);
  }
  for (const kind of ["TCP", "TLS"])
    assert.ok(flows[kind]! > 20, `${flows[kind]} flows of ${kind}`);
  assert.deepEqual(stage.errors, []);
});
