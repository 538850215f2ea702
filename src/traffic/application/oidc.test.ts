import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { test } from "node:test";
import { readBody } from "#http/http.ts";
import type { OidcConfig } from "./config.ts";
import { ClaimSigner } from "./claim-signer.ts";
import { oidcConfig } from "./testing/oidc.ts";
import { handshake, secure, tlsConfig } from "./testing/secure-stage.ts";
import { createStage, defaultRule, forward, target, targetGroup, wall } from "./testing/stage.ts";

/** As a provider makes it for the client "shop"; who signed it is not looked at. */
function idToken(iss: string, changes: Record<string, unknown> = {}): string {
  const claims = { iss, aud: "shop", exp: Math.floor(wall.now() / 1000) + 60, ...changes };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
}

interface Answer {
  status: number;
  location: string;
  cookies: string[];
  text: string;
}

test("a user is sent to the provider, comes back with a code and is known from then on", async (context) => {
  const stage = createStage(context);
  const seen: string[] = [];
  const provider = await stage.backend(async (request) => {
    const body = String(await readBody(request.body, 1e5));
    const form = new URLSearchParams(body);
    const json = (value: unknown) => ({ status: 200, headers: {}, body: JSON.stringify(value) });
    if (request.target === "/token") {
      seen.push(form.get("client_secret")!, form.get("redirect_uri")!);
      if (form.get("code") !== "good") return { status: 400, headers: {} };
      return json({ access_token: "token-1", token_type: "Bearer", id_token: idToken(at) });
    }
    assert.equal(request.headers["authorization"], "Bearer token-1");
    return json({ sub: "user-7", email: "alice@example.com" });
  });
  const app = await stage.backend((request) => ({
    status: 200,
    headers: {},
    body: JSON.stringify(request.headers),
  }));
  const at = `http://127.0.0.1:${provider.port}`;
  const authentication: OidcConfig = {
    issuer: at,
    authorizationEndpoint: `${at}/authorize?tenant=1`,
    tokenEndpoint: `${at}/token`,
    userInfoEndpoint: `${at}/userinfo`,
    clientId: "shop",
    clientSecret: "secret",
    cookieName: "AWSELBAuthSessionCookie",
    scope: "openid email",
    sessionMs: 60_000,
    extraParams: { prompt: "login" },
    unauthenticated: "authenticate",
  };
  const configure = (changes: Partial<OidcConfig> = {}) =>
    stage.configure({
      listeners: [
        secure(tlsConfig(["a.example"]), [
          { ...defaultRule(forward("tg")), authentication: { ...authentication, ...changes } },
        ]),
      ],
      targetGroups: [{ ...targetGroup, targets: [target(app)] }],
    });
  await configure();
  const get = async (path: string, ...cookies: string[]): Promise<Answer> => {
    const socket = await handshake(stage.port);
    const lines = [
      `GET ${path} HTTP/1.1`,
      "Host: a.example",
      "X-Amzn-Oidc-Identity: forged",
      "Connection: close",
    ];
    if (cookies.length > 0) lines.push(`Cookie: ${cookies.join("; ")}`);
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    let text = "";
    for await (const piece of socket) text += String(piece);
    const [head = "", ...body] = text.split("\r\n\r\n");
    const values = (name: string) =>
      [...head.matchAll(new RegExp(`^${name}: (.*)$`, "gim"))].map(([, value]) => value!.trim());
    return {
      status: Number(head.slice(9, 12)),
      location: values("location")[0] ?? "",
      cookies: values("set-cookie").map((cookie) => cookie.split(";")[0]!),
      text: body.join("\r\n\r\n"),
    };
  };

  const sent = await get("/cart?item=1");
  assert.equal(sent.status, 302);
  const url = new URL(sent.location);
  const asked = Object.fromEntries(url.searchParams);
  const { state, ...rest } = asked;
  assert.deepEqual(rest, {
    tenant: "1",
    client_id: "shop",
    redirect_uri: "https://a.example/oauth2/idpresponse",
    response_type: "code",
    scope: "openid email",
    prompt: "login",
  });
  const [nonce] = sent.cookies;
  const callback = (code: string) => `/oauth2/idpresponse?code=${code}&state=${state}`;
  // Another browser, a forged state, and a code that the provider does not know.
  assert.equal((await get(callback("good"))).status, 401);
  assert.equal((await get("/oauth2/idpresponse?code=good&state=none", nonce!)).status, 401);
  assert.equal((await get(callback("bad"), nonce!)).status, 561);

  const back = await get(callback("good"), nonce!);
  assert.equal(back.status, 302);
  assert.equal(back.location, "https://a.example/cart?item=1");
  assert.deepEqual(seen.slice(-2), ["secret", "https://a.example/oauth2/idpresponse"]);
  const session = back.cookies.find((cookie) => cookie.startsWith("AWSELBAuthSessionCookie-0="))!;
  const known = await get("/cart?item=1", session);
  assert.equal(known.status, 200);
  const fields = JSON.parse(known.text) as Record<string, string>;
  assert.equal(fields["x-amzn-oidc-identity"], "user-7");
  assert.equal(fields["x-amzn-oidc-accesstoken"], "token-1");
  const [head, claims, signature] = fields["x-amzn-oidc-data"]!.split(".");
  const signer = new ClaimSigner("lb", "07".repeat(32));
  assert.ok(
    verify(
      "sha256",
      Buffer.from(`${head}.${claims}`),
      { key: createPublicKey(signer.publicPem), dsaEncoding: "ieee-p1363" },
      Buffer.from(signature!, "base64url"),
    ),
  );
  const told = JSON.parse(String(Buffer.from(claims!, "base64url"))) as Record<string, unknown>;
  assert.equal(told["email"], "alice@example.com");

  // A cookie of another purpose opens nothing.
  assert.equal((await get("/", `AWSELBAuthSessionCookie-0=${state}`)).status, 302);
  await configure({ unauthenticated: "deny" });
  assert.equal((await get("/")).status, 401);
  await configure({ unauthenticated: "allow" });
  const open = await get("/");
  assert.equal(open.status, 200);
  assert.equal(
    (JSON.parse(open.text) as Record<string, string>)["x-amzn-oidc-identity"],
    undefined,
  );
  const node = Object.values((await stage.report()).zones);
  assert.ok(node.reduce((sum, { authSuccesses }) => sum + authSuccesses, 0) === 1);
});

test("an expired access token is renewed, once for all requests of the session, until the provider refuses", async (context) => {
  const stage = createStage(context);
  const asked: string[] = [];
  let claims: Record<string, unknown> = { sub: "user-7" };
  let refuses = false;
  const provider = await stage.backend(async (request) => {
    const form = new URLSearchParams(String(await readBody(request.body, 1e5)));
    const json = (value: unknown) => ({ status: 200, headers: {}, body: JSON.stringify(value) });
    if (request.target !== "/token") return json(claims);
    const grant = form.get("grant_type")!;
    asked.push(`${grant} ${form.get("refresh_token") ?? ""}`.trim());
    if (grant === "refresh_token" && refuses) return { status: 400, headers: {} };
    const access_token = `token-${asked.length}`;
    const refresh_token = `renewal-${asked.length}`;
    return json({
      access_token,
      refresh_token,
      id_token: idToken(at),
      expires_in: grant === "refresh_token" ? 60 : 0,
    });
  });
  const app = await stage.backend(({ headers }) => ({
    status: 200,
    headers: {},
    body: headers["x-amzn-oidc-accesstoken"]!,
  }));
  const at = `http://127.0.0.1:${provider.port}`;
  const authentication = oidcConfig(at);
  await stage.configure({
    listeners: [
      secure(tlsConfig(["a.example"]), [{ ...defaultRule(forward("tg")), authentication }]),
    ],
    targetGroups: [{ ...targetGroup, targets: [target(app)] }],
  });
  const get = async (path: string, cookie = "") => {
    const socket = await handshake(stage.port);
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: ${cookie}\r\n\r\n`,
    );
    let text = "";
    for await (const piece of socket) text += String(piece);
    const cookieOf = (name: string) =>
      new RegExp(`^Set-Cookie: (${name}=[^;]+)`, "m").exec(text)?.[1];
    const state = /[?&]state=([^&\s]+)/.exec(text)?.[1];
    const status = Number(text.slice(9, 12));
    return { status, state, cookieOf, body: text.split("\r\n\r\n")[1] };
  };
  const signIn = async () => {
    const sent = await get("/");
    const nonce = sent.cookieOf("AWSALBAuthNonce");
    return get(`/oauth2/idpresponse?code=x&state=${sent.state}`, nonce);
  };
  const session = (await signIn()).cookieOf("Session-0")!;
  const answers = await Promise.all([get("/", session), get("/", session)]);
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body]),
    [
      [200, "token-2"],
      [200, "token-2"],
    ],
  );
  const renewed = answers[0].cookieOf("Session-0")!;
  assert.equal((await get("/", renewed)).body, "token-2");
  assert.deepEqual(asked, ["authorization_code", "refresh_token renewal-1"]);
  refuses = true;
  const other = (await signIn()).cookieOf("Session-0");
  assert.equal((await get("/", other)).status, 302);
  claims = { sub: "user-7", about: "x".repeat(11 * 1024) };
  assert.equal((await signIn()).status, 500);
  const nodes = Object.values((await stage.report()).zones);
  const total = (pick: (node: (typeof nodes)[number]) => number) =>
    nodes.reduce((sum, node) => sum + pick(node), 0);
  assert.equal(
    total(({ authRefreshes }) => authRefreshes),
    1,
  );
  assert.equal(
    total(({ authClaimsTooLong }) => authClaimsTooLong),
    1,
  );
  // Three times a code, and a refused renewal.
  assert.equal(
    total(({ authLatencies }) =>
      Object.values(authLatencies).reduce((sum, count) => sum + count, 0),
    ),
    5,
  );
});
