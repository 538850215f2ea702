import assert from "node:assert/strict";
import { createSeededRandom } from "#runtime/random.ts";
import { test, type TestContext } from "node:test";
import { readBody } from "#http/http.ts";
import { createSealer } from "./cookies.ts";
import type { BalancerConfig } from "./config.ts";
import { sessionCookies } from "./oidc-session.ts";
import { oidcConfig } from "./testing/oidc.ts";
import { handshake, secure, tlsConfig } from "./testing/secure-stage.ts";
import {
  balancer,
  createStage,
  defaultRule,
  forward,
  listener,
  target,
  targetGroup,
  until,
  wall,
} from "./testing/stage.ts";

/** A rule that asks a provider who takes its time, and a user whose access token is to be renewed. */
async function stageWithSlowProvider(context: TestContext) {
  const stage = createStage(context);
  const provider = { asked: 0, held: Promise.withResolvers<void>() };
  const server = await stage.backend(async (request) => {
    await readBody(request.body, 1e5);
    provider.asked++;
    await provider.held.promise;
    const said = request.target === "/token" ? { access_token: "new" } : { sub: "user-7" };
    return { status: 200, headers: {}, body: JSON.stringify(said) };
  });
  context.after(() => provider.held.resolve());
  const passed: string[] = [];
  const start = (name: string) =>
    stage.backend((request) => {
      passed.push(`${name} ${request.headers["x-amzn-oidc-accesstoken"] ?? "nobody"}`);
      return { status: 200, headers: {}, body: name };
    });
  const [before, after] = [await start("before"), await start("after")];
  const authentication = oidcConfig(`http://127.0.0.1:${server.port}`);
  const tls = tlsConfig(["a.example"], { mutual: { mode: "passthrough" } });
  const groups = { before, after };
  const configure = (name: keyof typeof groups, changes: Partial<BalancerConfig> = {}) =>
    stage.configure({
      accessLog: true,
      tlsHeaders: true,
      zones: ["us-east-1a"],
      listeners: [secure(tls, [{ ...defaultRule(forward(name)), authentication }])],
      targetGroups: [{ ...targetGroup, arn: name, targets: [target(groups[name])] }],
      ...changes,
    });
  await configure("before");
  const { port } = stage;
  const session = {
    client: "shop",
    expiresMs: wall.now() + 1e6,
    claims: { sub: "user-7" },
    accessToken: "old",
    accessUntilMs: 0,
    refreshToken: "renewal",
  };
  const sealer = createSealer(balancer.secret, createSeededRandom(9));
  const [cookie] = sessionCookies(sealer, authentication, session, wall.now())!;
  const ask = async () => {
    const socket = await handshake(port);
    socket.on("error", () => {});
    socket.write(
      `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: ${cookie!.split(";")[0]}\r\n\r\n`,
    );
    const answer = (async () => {
      let text = "";
      for await (const piece of socket) text += String(piece);
      return [text.slice(9, 12), text.split("\r\n\r\n")[1]];
    })();
    await until(() => provider.asked > 0);
    return { socket, answer };
  };
  return { stage, provider, passed, configure, ask };
}

test("a request that waits for the provider goes where its rule led when it came", async (context) => {
  const { stage, provider, passed, configure, ask } = await stageWithSlowProvider(context);
  const { answer } = await ask();
  await configure("after");
  provider.held.resolve();
  assert.deepEqual(await answer, ["200", "before"]);
  assert.deepEqual(passed, ["before new"]);
  assert.deepEqual(stage.errors, []);
});

test("it is answered though its listener goes meanwhile", async (context) => {
  const { stage, provider, configure, ask } = await stageWithSlowProvider(context);
  const { answer } = await ask();
  const closing = configure("after", { listeners: [], targetGroups: [] });
  provider.held.resolve();
  assert.deepEqual(await answer, ["200", "before"]);
  await closing;
  assert.deepEqual(stage.errors, []);
});

test("where the provider takes longer than that, nobody is answered and nothing fails", async (context) => {
  const { stage, provider, passed, configure, ask } = await stageWithSlowProvider(context);
  const { answer } = await ask();
  const logs = async () => (await stage.plane.accessLogs()).flatMap(({ lines }) => lines);
  await configure("after", { listeners: [listener([])] });
  const broken = await answer.catch(() => ["", undefined]);
  assert.deepEqual(broken, ["", undefined]);
  provider.held.resolve();
  let lines: string[] = [];
  await until(async () => (lines = await logs()).length > 0);
  assert.match(lines[0]!, / 460 - /);
  assert.deepEqual(passed, []);
  assert.deepEqual(stage.errors, []);
});
