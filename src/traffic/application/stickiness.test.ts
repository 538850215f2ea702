import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpHandler } from "#http/http.ts";
import type { ActionConfig, RuleConfig, TargetGroupConfig } from "./config.ts";
import { handshake, secure, tlsConfig } from "./testing/secure-stage.ts";
import {
  createStage,
  defaultRule,
  listener,
  pause,
  target,
  targetGroup,
  type Answer,
} from "./testing/stage.ts";

const named =
  (name: string, cookie?: string): HttpHandler =>
  () => ({ status: 200, headers: cookie ? { "Set-Cookie": cookie } : {}, body: name });

function cookies(answer: Answer): Record<string, string> {
  const found: Record<string, string> = {};
  for (let index = 0; index < answer.rawHeaders.length; index += 2)
    if (answer.rawHeaders[index] === "Set-Cookie") {
      const text = answer.rawHeaders[index + 1]!;
      const [pair] = text.split(";") as [string];
      found[pair.slice(0, pair.indexOf("="))] = text;
    }
  return found;
}

const withCookies = (answer: Answer) => ({
  rawHeaders: [
    "Host",
    "a",
    "Cookie",
    Object.values(cookies(answer))
      .map((text) => text.split(";")[0])
      .join("; "),
  ],
});

test("a load balancer cookie binds a client to its target while that is healthy", async (context) => {
  const stage = createStage(context);
  const [a, b] = [await stage.backend(named("a")), await stage.backend(named("b"))];
  const stickiness = { type: "lb_cookie", durationMs: 60_000 } as const;
  await stage.forwardTo([target(a), target(b)], { stickiness });
  const first = await stage.get("/");
  const set = cookies(first);
  assert.match(set["AWSALB"]!, /^AWSALB=[\w-]+; Expires=\w{3}, [^;]+ GMT; Path=\/$/);
  assert.match(set["AWSALBCORS"]!, /; Path=\/; SameSite=None$/);
  for (let count = 0; count < 6; count++)
    assert.equal((await stage.get("/", withCookies(first))).text, first.text);
  const bound = first.text === "a" ? a : b;
  const other = first.text === "a" ? b : a;
  await stage.forwardTo([target(bound, { state: "unhealthy" }), target(other)], { stickiness });
  const moved = await stage.get("/", withCookies(first));
  assert.notEqual(moved.text, first.text);
  assert.equal((await stage.get("/", withCookies(moved))).text, moved.text);
});

test("a forged or foreign cookie binds nobody, and an old one no longer", async (context) => {
  const stage = createStage(context);
  const [a, b] = [await stage.backend(named("a")), await stage.backend(named("b"))];
  const stickiness = { type: "lb_cookie", durationMs: 40 } as const;
  await stage.forwardTo([target(a), target(b)], { stickiness });
  const first = await stage.get("/");
  await pause(60);
  for (const changes of [withCookies(first), { rawHeaders: ["Host", "a", "Cookie", "AWSALB=x"] }]) {
    const seen = new Set<string>();
    for (let count = 0; count < 4; count++) seen.add((await stage.get("/", changes)).text);
    assert.equal(seen.size, 2);
  }
});

test("an application's cookie binds with AWSALBAPP-0 beside it", async (context) => {
  const stage = createStage(context);
  const [a, b] = [
    await stage.backend(named("a", "SESSION=1; Path=/")),
    await stage.backend(named("b", "SESSION=2; Path=/")),
  ];
  const stickiness = { type: "app_cookie", durationMs: 60_000, cookieName: "SESSION" } as const;
  await stage.forwardTo([target(a), target(b)], { stickiness });
  const first = await stage.get("/");
  assert.match(cookies(first)["AWSALBAPP-0"]!, /^AWSALBAPP-0=[\w-]+; Expires=/);
  for (let count = 0; count < 4; count++)
    assert.equal((await stage.get("/", withCookies(first))).text, first.text);
  const alone = ["Host", "a", "Cookie", cookies(first)["AWSALBAPP-0"]!.split(";")[0]!];
  const seen = new Set<string>();
  for (let count = 0; count < 4; count++)
    seen.add((await stage.get("/", { rawHeaders: alone })).text);
  assert.equal(seen.size, 2);
});

test("groups get requests by weight, and a group cookie keeps a client to its group", async (context) => {
  const stage = createStage(context);
  const [blue, green] = [await stage.backend(named("blue")), await stage.backend(named("green"))];
  const action = (stickinessMs: number | undefined): ActionConfig => ({
    type: "forward",
    groups: [
      { arn: "blue", weight: 90 },
      { arn: "green", weight: 10 },
      { arn: "none", weight: 0 },
    ],
    stickinessMs,
  });
  const configure = (rule: RuleConfig) =>
    stage.configure({
      listeners: [listener([rule])],
      targetGroups: [
        { ...targetGroup, arn: "blue", targets: [target(blue)] },
        { ...targetGroup, arn: "green", targets: [target(green)] },
        { ...targetGroup, arn: "none", targets: [] },
      ],
    });
  await configure(defaultRule(action(undefined)));
  let toGreen = 0;
  for (let count = 0; count < 400; count++) if ((await stage.get("/")).text === "green") toGreen++;
  assert.ok(toGreen > 15 && toGreen < 75, `${toGreen} of 400 went to the group of weight 10`);
  await configure(defaultRule(action(60_000)));
  let first = await stage.get("/");
  while (first.text !== "green") first = await stage.get("/");
  assert.ok(cookies(first)["AWSALBTG"] && cookies(first)["AWSALBTGCORS"]);
  for (let count = 0; count < 20; count++)
    assert.equal((await stage.get("/", withCookies(first))).text, "green");
});

test("cookies that cross origins are for TLS alone, as browsers want them", async (context) => {
  const stage = createStage(context);
  const backend = await stage.backend(() => ({
    status: 200,
    headers: { "Set-Cookie": "app=1" },
    body: "x",
  }));
  const agent = "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0 Safari/537.36";
  const ask = async (stickiness: TargetGroupConfig["stickiness"], userAgent: string) => {
    await stage.configure({
      listeners: [secure(tlsConfig(["a.example"]))],
      targetGroups: [{ ...targetGroup, stickiness, targets: [target(backend)] }],
    });
    const socket = await handshake(stage.port);
    socket.write(
      `GET / HTTP/1.1\r\nHost: a.example\r\nUser-Agent: ${userAgent}\r\nConnection: close\r\n\r\n`,
    );
    let text = "";
    for await (const piece of socket) text += String(piece);
    return [...text.matchAll(/^Set-Cookie: (AWSALB[^=]*)=.*?GMT(.*)\r$/gm)].map(
      ([, name, attributes]) => `${name}${attributes}`,
    );
  };
  assert.deepEqual(await ask({ type: "lb_cookie", durationMs: 60_000 }, agent), [
    "AWSALB; Path=/",
    "AWSALBCORS; Path=/; SameSite=None; Secure",
  ]);
  const app = { type: "app_cookie", durationMs: 60_000, cookieName: "app" } as const;
  assert.deepEqual(await ask(app, agent), ["AWSALBAPP-0; Path=/; SameSite=None; Secure"]);
  assert.deepEqual(await ask(app, agent.replace("120", "79")), ["AWSALBAPP-0; Path=/"]);
  assert.deepEqual(await ask(app, "curl/8"), ["AWSALBAPP-0; Path=/"]);
});
