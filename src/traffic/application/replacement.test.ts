import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { createStage, pause, target, until } from "./testing/stage.ts";

test("no request fails while targets are replaced one by one under load", async (context) => {
  const stage = createStage(context);
  const start = (name: string) =>
    stage.backend(async () => {
      await pause(2);
      return { status: 200, headers: {}, body: name };
    });
  const servers = [await start("a"), await start("b"), await start("c")];
  await stage.forwardTo(servers.map((server) => target(server)));
  const phase = { loading: true };
  const statuses = new Map<number, number>();
  const names = new Set<string>();
  const rounds = Array<number>(16).fill(0);
  const load = async (client: number) => {
    while (phase.loading) {
      const { status, text } = await stage.get("/");
      rounds[client]!++;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      names.add(text);
    }
  };
  const clients = rounds.map((_, client) => load(client));
  const present = ["a", "b", "c"];
  const allServe = () => until(() => present.every((name) => names.has(name)));
  for (const name of ["d", "e", "f"]) {
    await allServe();
    present.push(name);
    present.shift();
    const old = servers.shift()!;
    const fresh = await start(name);
    servers.push(fresh);
    const draining = target(old, { state: "draining" });
    await stage.forwardTo([...servers.map((server) => target(server)), draining]);
    // The deregistration delay: what is under way there ends.
    const before = [...rounds];
    await until(() => rounds.every((count, client) => count > before[client]!));
    await stage.forwardTo(servers.map((server) => target(server)));
    await old.close();
  }
  await allServe();
  phase.loading = false;
  await Promise.all(clients);
  assert.deepEqual([...statuses.keys()], [200]);
  assert.deepEqual([...names].sort(), ["a", "b", "c", "d", "e", "f"]);
  assert.deepEqual(stage.errors, []);
});

test("a killed target costs only the requests in flight on it", async (context) => {
  const stage = createStage(context);
  let held = 0;
  const { promise: never, resolve: release } = Promise.withResolvers<void>();
  context.after(() => release());
  const doomed = await stage.backend(async () => {
    held++;
    await never;
    return { status: 200, headers: {} };
  });
  const sound = await stage.backend(() => ({ status: 200, headers: {}, body: "sound" }));
  await stage.forwardTo([target(doomed), target(sound)]);
  const first = Array.from({ length: 10 }, () => stage.get("/").then(({ status }) => status));
  await until(() => held >= 5);
  await doomed.close(0);
  const statuses = await Promise.all(first);
  assert.equal(statuses.filter((status) => status === 502).length, 5);
  assert.equal(statuses.filter((status) => status === 200).length, 5);
  // Nobody has told the balancer yet: connections that fail are tried elsewhere.
  for (let times = 0; times < 20; times++) assert.equal((await stage.get("/")).text, "sound");
});

test("a request whose connection is still being made when its target leaves goes to another", async (context) => {
  const stage = createStage(context);
  const sound = await stage.backend(() => ({ status: 200, headers: {}, body: "sound" }));
  // Its connections come about and its handshakes do not.
  let attempts = 0;
  const silent = createServer((socket) => {
    attempts++;
    socket.on("error", () => {});
  });
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  context.after(() => silent.close());
  await stage.forwardTo([target(silent.address() as AddressInfo)], { tls: true });
  const asked = stage.get("/", { method: "POST", body: "x" });
  await until(() => attempts > 0);
  await stage.forwardTo([target(sound)]);
  assert.equal((await asked).text, "sound");
});
