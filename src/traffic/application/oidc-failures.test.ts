import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { readBody, type HttpReply } from "#http/http.ts";
import type { OidcConfig } from "./config.ts";
import { oidcConfig } from "./testing/oidc.ts";
import { handshake, secure, tlsConfig } from "./testing/secure-stage.ts";
import {
  createStage,
  defaultRule,
  forward,
  pause,
  target,
  targetGroup,
  wall,
} from "./testing/stage.ts";

const json = (value: unknown, status = 200): HttpReply => ({
  status,
  headers: {},
  body: JSON.stringify(value),
});

async function stageWith(context: TestContext, changes: Partial<OidcConfig> = {}) {
  const stage = createStage(context);
  const provider = {
    token: (): Promise<HttpReply> | HttpReply => json(tokens()),
    userinfo: (): Promise<HttpReply> | HttpReply => json({ sub: "user-7" }),
  };
  const server = await stage.backend(async (request) => {
    await readBody(request.body, 1e5);
    return request.target === "/token" ? provider.token() : provider.userinfo();
  });
  const at = `http://127.0.0.1:${server.port}`;
  const tokens = (claims: Record<string, unknown> = {}, others: Record<string, unknown> = {}) => {
    const exp = Math.floor(wall.now() / 1000) + 60;
    const body = JSON.stringify({ iss: at, aud: ["shop"], exp, ...claims });
    return {
      access_token: "token",
      id_token: `e30.${Buffer.from(body).toString("base64url")}.x`,
      ...others,
    };
  };
  const app = await stage.backend(({ headers }) => ({
    status: 200,
    headers: {},
    body: headers["x-amzn-oidc-identity"] ?? "nobody",
  }));
  const authentication = oidcConfig(at, changes);
  const rule = (path: string, own: Partial<OidcConfig>) => ({
    arn: path,
    priority: 1,
    conditions: [{ field: "path-pattern" as const, values: [path] }],
    action: forward("tg"),
    authentication: { ...authentication, ...own },
  });
  const configure = (own: Partial<OidcConfig> = {}) =>
    stage.configure({
      accessLog: true,
      zones: ["us-east-1a"],
      listeners: [
        secure(tlsConfig(["a.example"]), [
          rule("/admin", { cookieName: "Admin" }),
          { ...defaultRule(forward("tg")), authentication: { ...authentication, ...own } },
        ]),
      ],
      targetGroups: [{ ...targetGroup, targets: [target(app)] }],
    });
  await configure();
  const get = async (path: string, cookies: readonly string[] = [], host = "Host: a\r\n") => {
    const socket = await handshake(stage.port);
    const version = host === "" ? "1.0" : "1.1";
    const cookie = cookies.length > 0 ? `Cookie: ${cookies.join("; ")}\r\n` : "";
    socket.write(`GET ${path} HTTP/${version}\r\n${host}${cookie}Connection: close\r\n\r\n`);
    let text = "";
    for await (const piece of socket) text += String(piece);
    const fields = (name: string) =>
      [...text.matchAll(new RegExp(`^${name}: (.*)\r$`, "gm"))].map(([, value]) => value!);
    return {
      status: Number(text.slice(9, 12)),
      setCookies: fields("Set-Cookie"),
      cookies: fields("Set-Cookie").map((one) => one.split(";")[0]!),
      location: fields("Location")[0],
      body: text.slice(text.indexOf("\r\n\r\n") + 4),
    };
  };
  /** Comes back from the provider with these parameters. */
  const signIn = async (path = "/", query = "code=x&state=STATE", forget = false) => {
    const { location, cookies } = await get(path);
    const state = new URL(location!).searchParams.get("state")!;
    return get(`/oauth2/idpresponse?${query.replace("STATE", state)}`, forget ? [] : cookies);
  };
  /** Actions and reason in the last line. */
  const logged = async () => {
    for (;;) {
      const [log] = await stage.plane.accessLogs();
      const line = log?.lines.at(-1);
      if (line === undefined) await pause(1);
      else {
        const quoted = line.split('"').filter((_part, index) => index % 2 === 1);
        return [quoted[5], quoted[7]];
      }
    }
  };
  const counts = async () => {
    const sum = { errors: 0, failures: 0, claims: 0 };
    for (const node of Object.values((await stage.report()).zones)) {
      sum.errors += node.authErrors;
      sum.failures += node.authFailures;
      sum.claims += node.authClaimsTooLong;
    }
    return sum;
  };
  return { provider, tokens, get, signIn, logged, counts, configure, stage };
}

test("why nobody could sign in is told by status, log and metric", async (context) => {
  const { provider, tokens, signIn, get, logged, counts, stage } = await stageWith(context);
  const token = provider.token;
  const userinfo = provider.userinfo;
  const broken = (): HttpReply => ({
    status: 200,
    headers: {},
    // eslint-disable-next-line require-yield
    body: (async function* () {
      throw new Error("the provider fell over");
    })(),
  });
  const cases: [Partial<typeof provider>, number, string, "errors" | "failures" | "claims"][] = [
    [
      { token: () => json({ error: "invalid_grant" }, 400) },
      561,
      "AuthInvalidGrantError",
      "failures",
    ],
    [{ token: () => json({}, 500) }, 561, "AuthTokenEpRequestFailed", "errors"],
    [{ token: () => json({}, 302) }, 561, "AuthTokenEpRequestFailed", "errors"],
    [{ token: () => json({ id_token: "x" }) }, 561, "AuthInvalidTokenResponse", "failures"],
    [{ token: () => json([]) }, 561, "AuthInvalidTokenResponse", "failures"],
    [{ token: broken }, 500, "AuthTokenEpRequestTimeout", "errors"],
    [{ token: () => json({ access_token: "x" }) }, 401, "AuthInvalidIdToken", "failures"],
    [
      { token: () => json(tokens({ iss: "https://other" })) },
      401,
      "AuthInvalidIdToken",
      "failures",
    ],
    [{ token: () => json(tokens({ aud: "other" })) }, 401, "AuthInvalidIdToken", "failures"],
    [{ token: () => json(tokens({ exp: 1 })) }, 401, "AuthInvalidIdToken", "failures"],
    [{ userinfo: () => json({}, 403) }, 561, "AuthUserinfoEpRequestFailed", "errors"],
    [{ userinfo: () => json({ name: "x" }) }, 561, "AuthInvalidUserinfoResponse", "failures"],
    [{ userinfo: broken }, 500, "AuthUserinfoEpRequestTimeout", "errors"],
    [
      {
        token: () => json(tokens({}, { access_token: "x".repeat(6000) })),
        userinfo: () => json({ sub: "x".repeat(6000) }),
      },
      500,
      "AuthUserinfoResponseSizeExceeded",
      "claims",
    ],
  ];
  for (const [changes, status, reason, counted] of cases) {
    Object.assign(provider, { token, userinfo, ...changes });
    assert.equal((await signIn()).status, status, reason);
    assert.deepEqual(await logged(), ["authenticate", reason]);
    const none = { errors: 0, failures: 0, claims: 0 };
    assert.deepEqual(await counts(), { ...none, [counted]: 1 }, reason);
  }
  Object.assign(provider, { token, userinfo });
  for (const [query, reason, forget = false] of [
    ["code=x", "AuthMissingStateParam"],
    ["code=x&state=forged", "AuthInvalidStateParam"],
    ["state=STATE", "AuthMissingCodeParam"],
    ["error=access_denied&state=STATE", "AuthMissingCodeParam"],
    ["code=x&state=STATE", "AuthMissingAWSALBAuthNonce", true],
  ] as const) {
    assert.equal((await signIn("/", query, forget)).status, 401, reason);
    assert.deepEqual(await logged(), ["authenticate", reason]);
  }
  assert.equal((await get("/", [], "")).status, 401);
  assert.deepEqual(await logged(), ["authenticate", "AuthMissingHostHeader"]);
  assert.equal((await signIn()).status, 302);
  assert.deepEqual(stage.errors, []);
});

test("a session is found among what is left of a longer one, and its cookies outlive it", async (context) => {
  const { provider, signIn, get } = await stageWith(context);
  provider.userinfo = () => json({ sub: "long", about: "x".repeat(9000) });
  const long = (await signIn()).cookies.filter((cookie) => cookie.startsWith("Session-"));
  assert.ok(long.length >= 3);
  assert.equal((await get("/", long)).body, "long");
  provider.userinfo = () => json({ sub: "short" });
  const { setCookies } = await signIn();
  const [short] = setCookies.filter((cookie) => cookie.startsWith("Session-"));
  assert.match(short!, /; Expires=[^;]+GMT; Path=\/; Secure; HttpOnly; SameSite=None$/);
  const mixed = [short!.split(";")[0]!, ...long.slice(1)];
  assert.equal((await get("/", mixed)).body, "short");
});

test("rules with one client and cookies of their own sign in for themselves", async (context) => {
  const { signIn, get } = await stageWith(context);
  const admin = (await signIn("/admin")).cookies;
  assert.ok(admin[0]!.startsWith("Admin-0="));
  assert.equal((await get("/admin", admin)).body, "user-7");
  assert.equal((await get("/", admin)).status, 302);
});

test("who is turned away is sent to the provider if the session is over", async (context) => {
  const { signIn, get, configure, logged } = await stageWith(context, { sessionMs: 1 });
  const { cookies } = await signIn();
  await pause(5);
  await configure({ unauthenticated: "deny" });
  assert.equal((await get("/")).status, 401);
  assert.deepEqual(await logged(), ["authenticate", "-"]);
  assert.equal((await get("/", cookies)).status, 302);
  await configure({ unauthenticated: "allow" });
  assert.equal((await get("/", cookies)).body, "nobody");
  assert.deepEqual(await logged(), ["authenticate,forward", "-"]);
});

test("a provider that never stops to speak is not heard to its end", async (context) => {
  const { provider, signIn, logged } = await stageWith(context);
  const endless = (): HttpReply => ({
    status: 200,
    headers: {},
    body: (async function* () {
      for (;;) {
        yield Buffer.alloc(64 * 1024, " ");
        await pause(1);
      }
    })(),
  });
  provider.userinfo = endless;
  assert.equal((await signIn()).status, 500);
  assert.equal((await logged())[1], "AuthUserinfoResponseSizeExceeded");
  provider.token = endless;
  assert.equal((await signIn()).status, 561);
  assert.equal((await logged())[1], "AuthInvalidTokenResponse");
});
