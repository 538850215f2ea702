import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createStage,
  defaultRule,
  forward,
  listener,
  pause,
  target,
  targetGroup,
} from "./testing/stage.ts";

test("regular expressions choose a rule, and its transforms rewrite host and URL", async (context) => {
  const stage = createStage(context);
  const backend = await stage.backend((request) => ({
    status: 200,
    headers: {},
    body: `${request.headers["host"]} ${request.target}`,
  }));
  await stage.configure({
    listeners: [
      listener([
        {
          arn: "rule",
          conditions: [
            { field: "path-pattern", values: ["^/api/v[0-9]+/"], regex: true },
            { field: "host-header", values: ["^SHOP\\."], regex: true },
          ],
          action: forward("tg"),
          transforms: [
            { of: "url", regex: "^/api/(v\\d+)/(.*)$", replacement: "/$1/internal/$2" },
            { of: "host", regex: "^shop\\.", replacement: "inner." },
          ],
        },
        defaultRule(forward("tg")),
      ]),
    ],
    targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
  });
  assert.equal((await stage.get("/api/v2/cart?a=1")).text, "inner.example /v2/internal/cart?a=1");
  assert.equal((await stage.get("/api/vx/cart")).text, "shop.example /api/vx/cart");
});

test("a transform that makes no host or no path is answered 500, and the log says what came of each", async (context) => {
  const stage = createStage(context);
  const backend = await stage.backend(() => ({ status: 200, headers: {}, body: "" }));
  await stage.configure({
    accessLog: true,
    zones: ["us-east-1a"],
    listeners: [
      listener([
        {
          ...defaultRule(forward("tg")),
          transforms: [
            { of: "url", regex: "^/(bad)?(good)?(/.*)?$", replacement: "$1/$2" },
            { of: "host", regex: "^(.*)\\.wrong$", replacement: "$1 x" },
            { of: "host", regex: "^old\\.", replacement: "new." },
          ],
        },
      ]),
    ],
    targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
  });
  const seen = async (path: string, host: string) => {
    const { status } = await stage.get(path, { rawHeaders: ["Host", host] });
    const [log] = await stage.plane.accessLogs();
    const fields = log!.lines.at(-1)!.match(/"[^"]*"|\S+/g)!;
    return [status, ...fields.slice(30, 33)];
  };
  assert.deepEqual(await seen("/other?x", "a"), [200, '"-"', '"-"', '"-"']);
  assert.deepEqual(await seen("/good/x", "a"), [200, '"-"', '"/good"', '"TransformSuccess"']);
  assert.deepEqual(await seen("/?", "old.a:80"), [200, '"new.a"', '"-"', '"TransformSuccess"']);
  assert.deepEqual(await seen("/bad", "a"), [500, '"-"', '"-"', '"TransformInvalidPath"']);
  assert.deepEqual(await seen("/?", "a.wrong"), [500, '"-"', '"-"', '"TransformInvalidHost"']);
});

test("the host names the port of an unusual listener unless it is preserved", async (context) => {
  const stage = createStage(context);
  const backend = await stage.backend((request) => ({
    status: 200,
    headers: { Server: "app", "X-Frame-Options": "ALLOW" },
    body: request.headers["host"] ?? "",
  }));
  const configure = (preserveHost: boolean, changes = {}) =>
    stage.configure({
      preserveHost,
      listeners: [{ ...listener([defaultRule(forward("tg"))], 8080), ...changes }],
      targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
    });
  await configure(false);
  assert.equal((await stage.get("/")).text, "shop.example:8080");
  await configure(true, { serverHeader: false, responseFields: ["X-Frame-Options", "DENY"] });
  const { text, headers } = await stage.get("/");
  assert.equal(text, "shop.example");
  assert.equal(headers["x-frame-options"], "DENY");
  assert.equal(headers["server"], undefined);
});

test("without cross-zone balancing a node sends to targets of its zone alone", async (context) => {
  const stage = createStage(context);
  const answers = (text: string) => stage.backend(() => ({ status: 200, headers: {}, body: text }));
  const [a, b] = [await answers("a"), await answers("b")];
  await stage.forwardTo(
    [target(a, { zone: "us-east-1a" }), target(b, { zone: "us-east-1b", state: "unhealthy" })],
    { crossZone: false },
    { zones: ["us-east-1a"] },
  );
  for (let times = 0; times < 4; times++) assert.equal((await stage.get("/")).text, "a");
  await stage.forwardTo(
    [target(a, { zone: "us-east-1a" }), target(b, { zone: "us-east-1b", state: "unhealthy" })],
    { crossZone: false },
    { zones: ["us-east-1b"] },
  );
  // Its own zone has no healthy target: it fails open there.
  for (let times = 0; times < 4; times++) assert.equal((await stage.get("/")).text, "b");
});

test("a connection older than the client keep-alive ends behind its answer", async (context) => {
  const stage = createStage(context);
  const backend = await stage.backend(() => ({ status: 200, headers: {} }));
  await stage.forwardTo([target(backend)], {}, { clientKeepAliveMs: -1 });
  assert.equal((await stage.get("/")).headers["connection"], "close");
  await stage.forwardTo([target(backend)], {}, { clientKeepAliveMs: 60_000 });
  assert.equal((await stage.get("/")).headers["connection"], undefined);
});

test("no request meets a rule without its group, while other listeners come and go", async (context) => {
  const stage = createStage(context);
  const backend = await stage.backend(() => ({ status: 200, headers: {}, body: "" }));
  const groups = (arn: string) => [{ ...targetGroup, arn, targets: [target(backend)] }];
  const changes = (count: number) => {
    const arn = `group-${count}`;
    const rules = [defaultRule(forward(arn))];
    const others = [81, 82, 83].map((port) => listener(rules, port + 10 * (count % 2)));
    return { listeners: [...others, listener(rules)], targetGroups: groups(arn) };
  };
  const address = (await stage.configure(changes(0))).at(-1)!;
  const seen = new Set<number>();
  const phase = { changing: true };
  const ask = async () => {
    while (phase.changing) seen.add((await stage.get("/", { address })).status);
  };
  const asking = Promise.all(Array.from({ length: 16 }, ask));
  for (let count = 1; count <= 50; count++) {
    await stage.configure(changes(count));
    await pause(1);
  }
  phase.changing = false;
  await asking;
  assert.deepEqual([...seen], [200]);
});
