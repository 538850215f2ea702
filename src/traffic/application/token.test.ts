import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { test, type TestContext } from "node:test";
import type { BalancerReport, TokenConfig } from "./config.ts";
import { handshake, secure, tlsConfig } from "./testing/secure-stage.ts";
import {
  createStage,
  defaultRule,
  forward,
  target,
  targetGroup,
  until,
  wall,
} from "./testing/stage.ts";

const issuer = "https://issuer.example";
const first = generateKeyPairSync("rsa", { modulusLength: 2048 });
const second = generateKeyPairSync("rsa", { modulusLength: 2048 });

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function tokenOf(
  claims: Record<string, unknown>,
  { key = first.privateKey, kid = "first", alg = "RS256" }: Partial<Signer> = {},
): string {
  const seconds = Math.floor(wall.now() / 1000);
  const signed = `${encode({ alg, kid })}.${encode({ iss: issuer, exp: seconds + 60, ...claims })}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}

interface Signer {
  key: KeyObject;
  kid: string;
  alg: string;
}

/** A listener that forwards what comes with a token of the provider's, and the provider. */
async function createGate(context: TestContext, changes: Partial<TokenConfig> = {}) {
  const stage = createStage(context);
  const provider = {
    asked: 0,
    status: 200,
    keys: [{ ...first.publicKey.export({ format: "jwk" }), kid: "first", use: "sig" }],
    /** It answers when this is there. */
    held: Promise.resolve(),
  };
  const server = await stage.backend(async () => {
    provider.asked++;
    await provider.held;
    const body = JSON.stringify({ keys: provider.keys });
    return { status: provider.status, headers: {}, body };
  });
  const passed: string[] = [];
  const app = await stage.backend(({ headers, target: path }) => {
    passed.push(path);
    return { status: 200, headers: {}, body: headers["authorization"]! };
  });
  const keySetUrl = `http://127.0.0.1:${server.port}/keys`;
  const token: TokenConfig = { keySetUrl, issuer, claims: [], ...changes };
  await stage.configure({
    accessLog: true,
    listeners: [secure(tlsConfig(["a.example"]), [{ ...defaultRule(forward("tg")), token }])],
    targetGroups: [{ ...targetGroup, targets: [target(app)] }],
  });
  const get = async (...authorizations: string[]) => {
    const socket = await handshake(stage.port);
    const fields = authorizations.map((value) => `Authorization: ${value}\r\n`).join("");
    socket.write(`GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n${fields}\r\n`);
    let text = "";
    for await (const piece of socket) text += String(piece);
    return { status: Number(text.slice(9, 12)), text };
  };
  const reason = async () => {
    const [log] = await stage.plane.accessLogs();
    return log!.lines
      .at(-1)!
      .split('"')
      .filter((_part, index) => index % 2 === 1)[7];
  };
  return { stage, provider, get, reason, passed };
}

test("a request whose client leaves while the keys are fetched goes to no target", async (context) => {
  const { stage, provider, get, passed } = await createGate(context);
  const held = Promise.withResolvers<void>();
  provider.held = held.promise;
  const token = `Bearer ${tokenOf({})}`;
  const socket = await handshake(stage.port);
  socket.on("error", () => {});
  socket.write(`GET /left HTTP/1.1\r\nHost: a.example\r\nAuthorization: ${token}\r\n\r\n`);
  await until(() => provider.asked === 1);
  socket.destroy();
  const logs = async () => (await stage.plane.accessLogs()).flatMap(({ lines }) => lines);
  await until(async () => Object.values((await stage.report()).zones)[0]?.activeConnections === 0);
  held.resolve();
  assert.equal((await get(token)).status, 200);
  assert.deepEqual(passed, ["/"]);
  assert.match((await logs())[0]!, / 460 - /);
});

test("a request with a valid token goes to the target as it is, and the keys are fetched once", async (context) => {
  const { get, provider, stage } = await createGate(context);
  const token = tokenOf({ sub: "service" });
  for (let count = 0; count < 3; count++) {
    const { status, text } = await get(`Bearer ${token}`);
    assert.equal(status, 200);
    assert.ok(text.endsWith(`Bearer ${token}`));
  }
  assert.equal(provider.asked, 1);
  const report: BalancerReport = await stage.report();
  assert.equal(
    Object.values(report.zones).reduce((sum, { routedRequests }) => sum + routedRequests, 0),
    3,
  );
});

test("a request without a good token is refused, and the log says why", async (context) => {
  const { get, reason } = await createGate(context);
  const seconds = Math.floor(wall.now() / 1000);
  const good = tokenOf({});
  const [head, body] = good.split(".");
  const hmac = createHmac("sha256", first.publicKey.export({ type: "spki", format: "pem" }));
  const confused = `${encode({ alg: "HS256", kid: "first" })}.${body}`;
  const cases: [string[], string][] = [
    [[], "JWTHeaderNotPresent"],
    [["Basic dTpw"], "JWTRequestFormatInvalid"],
    [[`Bearer ${head}.${body}`], "JWTRequestFormatInvalid"],
    [["Bearer a.b.c"], "JWTRequestFormatInvalid"],
    [[`Bearer ${good}`, `Bearer ${good}`], "JWTRequestFormatInvalid"],
    [[`Bearer ${tokenOf({}, { key: second.privateKey })}`], "JWTSignatureValidationError"],
    [[`Bearer ${tokenOf({}, { kid: "unknown" })}`], "JWTSignatureValidationError"],
    [[`Bearer ${encode({ alg: "none" })}.${body}.x`], "JWTSignatureValidationError"],
    [
      [`Bearer ${confused}.${hmac.update(confused).digest("base64url")}`],
      "JWTSignatureValidationError",
    ],
    [[`Bearer ${tokenOf({ iss: "https://other.example" })}`], "JWTClaimValueInvalid"],
    [[`Bearer ${tokenOf({ iss: undefined })}`], "JWTClaimNotPresent"],
    [[`Bearer ${tokenOf({ exp: undefined })}`], "JWTClaimNotPresent"],
    [[`Bearer ${tokenOf({ exp: seconds - 1 })}`], "JWTClaimValueInvalid"],
    [[`Bearer ${tokenOf({ exp: "tomorrow" })}`], "JWTClaimFormatInvalid"],
    [[`Bearer ${tokenOf({ nbf: seconds + 30 })}`], "JWTClaimValueInvalid"],
    [[`Bearer ${tokenOf({ iat: seconds + 30 })}`], "JWTClaimValueInvalid"],
  ];
  for (const [authorizations, expected] of cases) {
    const { status } = await get(...authorizations);
    assert.deepEqual([status, await reason()], [401, expected], expected);
  }
});

test("additional claims are compared by their format", async (context) => {
  const { get, reason } = await createGate(context, {
    claims: [
      { name: "tenant", format: "single-string", values: ["blue", "green"] },
      { name: "scope", format: "space-separated-values", values: ["read", "write"] },
      { name: "roles", format: "string-array", values: ["admin"] },
    ],
  });
  const claims = { tenant: "green", scope: "write read list", roles: ["user", "admin"] };
  const cases: [Record<string, unknown>, number, string][] = [
    [{}, 200, "-"],
    [{ tenant: "red" }, 401, "JWTClaimValueInvalid"],
    [{ scope: "read" }, 401, "JWTClaimValueInvalid"],
    [{ scope: "readwrite" }, 401, "JWTClaimValueInvalid"],
    [{ roles: ["user"] }, 401, "JWTClaimValueInvalid"],
    [{ roles: "admin" }, 401, "JWTClaimFormatInvalid"],
    [{ tenant: ["green"] }, 401, "JWTClaimFormatInvalid"],
    [{ roles: undefined }, 401, "JWTClaimNotPresent"],
  ];
  for (const [changes, status, expected] of cases) {
    const answer = await get(`Bearer ${tokenOf({ ...claims, ...changes })}`);
    assert.deepEqual([answer.status, await reason()], [status, expected]);
  }
});

test("without the provider's keys nothing is let through", async (context) => {
  const { get, provider, reason } = await createGate(context);
  provider.status = 503;
  assert.equal((await get(`Bearer ${tokenOf({})}`)).status, 500);
  assert.equal(await reason(), "JWKSRequestFailed");
  provider.status = 200;
  const [key] = provider.keys;
  provider.keys = Array.from({ length: 11 }, () => key!);
  assert.equal((await get(`Bearer ${tokenOf({})}`)).status, 500);
  provider.keys = [{ ...key!, padding: "x".repeat(150 * 1024) } as typeof key & object];
  assert.equal((await get(`Bearer ${tokenOf({})}`)).status, 500);
  provider.keys = [key!];
  // Failures are remembered for a moment.
  let status = 500;
  while (status === 500) ({ status } = await get(`Bearer ${tokenOf({})}`));
  assert.equal(status, 200);
});
