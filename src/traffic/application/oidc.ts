/**
 * Users are who an OpenID Connect provider says they are.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
 */
import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  type KeyObject,
} from "node:crypto";
import type { Wall } from "#runtime/clock.ts";
import type { Random } from "#runtime/random.ts";
import type { HttpReply, HttpRequest } from "#http/http.ts";
import { answer } from "./answers.ts";
import type { OidcConfig } from "./config.ts";
import { readCookie, type CookieSealer } from "./cookies.ts";

export const callbackPath = "/oauth2/idpresponse";

const nonceCookie = "AWSALBAuthNonce";
/** Browsers take cookies of 4 KB. */
const shardLength = 3900;
const mostShards = 4;
const providerTimeoutMs = 10_000;
/** The balancer seals for several purposes: one must not be taken for another. */
const stateMark = "state ";
const sessionMark = "session ";
const loginMs = 15 * 60_000;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding */
const longestClaimsBytes = 11 * 1024;

export interface OidcEnvironment {
  wall: Wall;
  random: Random;
  sealer: CookieSealer;
  signer: ClaimSigner;
  renewals: Renewals;
  count: (
    event: "authErrors" | "authFailures" | "authSuccesses" | "authRefreshes" | "authClaimsTooLong",
  ) => void;
  /** What it took to ask the provider for token and claims, failures too. */
  asked: (elapsedMs: number, bytes: number) => void;
}

/** By refresh token, which many providers take once: requests with the same session share what came of it. */
export type Renewals = Map<string, { atMs: number; session: Promise<Session | undefined> }>;
const renewalKeptMs = 10_000;

interface Session {
  client: string;
  expiresMs: number;
  claims: Record<string, unknown>;
  accessToken: string;
  /** Of the access token, if the provider said. */
  accessUntilMs?: number;
  refreshToken?: string;
}

/** What lets the request through, or the answer in its place. */
export type Verdict =
  | {
      /** For the target, names and values in turn. */
      fields: string[];
      /** For the client. */
      cookies?: string[];
    }
  | {
      reply: HttpReply;
      /** As access logs name it. */
      reason?: string;
    };

export function authenticate(
  env: OidcEnvironment,
  config: OidcConfig,
  request: HttpRequest,
  host: string,
): Verdict | Promise<Verdict> {
  const session = readSession(env, config, request.rawHeaders);
  if (!session) return admitUnknown(env, config, request, host);
  const { accessUntilMs = Infinity, refreshToken } = session;
  if (refreshToken === undefined || env.wall.now() < accessUntilMs)
    return { fields: sessionFields(env, config, session) };
  return renewed(env, config, session, refreshToken).then((next) =>
    next
      ? { fields: sessionFields(env, config, next), cookies: sessionCookies(env, config, next) }
      : admitUnknown(env, config, request, host),
  );
}

function admitUnknown(
  env: OidcEnvironment,
  config: OidcConfig,
  request: HttpRequest,
  host: string,
): Verdict {
  switch (config.unauthenticated) {
    case "allow":
      return { fields: [] };
    case "deny":
      env.count("authFailures");
      return { reply: answer(401) };
    case "authenticate":
      return { reply: sendToProvider(env, config, request.target, host) };
  }
}

function sendToProvider(env: OidcEnvironment, config: OidcConfig, target: string, host: string) {
  const nonce = env.random.hex(32);
  const state = env.sealer.seal(
    stateMark + JSON.stringify([env.wall.now() + loginMs, nonce, config.clientId, target]),
  );
  const url = new URL(config.authorizationEndpoint);
  const parameters = {
    client_id: config.clientId,
    redirect_uri: `https://${host}${callbackPath}`,
    response_type: "code",
    scope: config.scope,
    state,
    ...config.extraParams,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return answer(302, {
    Location: url.href,
    "Set-Cookie": `${nonceCookie}=${nonce}; Path=/; Secure; HttpOnly; SameSite=None`,
  });
}

/** The user's browser comes back from the provider, with a code for the balancer. */
export async function takeCallback(
  env: OidcEnvironment,
  configs: readonly OidcConfig[],
  request: HttpRequest,
  host: string,
): Promise<HttpReply> {
  const query = new URL(request.target, "https://balancer").searchParams;
  const opened = env.sealer.open(query.get("state") ?? "");
  if (!opened?.startsWith(stateMark)) return fail(env, 401);
  const [untilMs, nonce, clientId, target] = JSON.parse(opened.slice(stateMark.length)) as [
    number,
    string,
    string,
    string,
  ];
  const config = configs.find((one) => one.clientId === clientId);
  if (!config || env.wall.now() > untilMs) return fail(env, 401);
  if (readCookie(request.rawHeaders, nonceCookie) !== nonce) return fail(env, 401);
  const code = query.get("code");
  if (query.has("error") || code === null) return fail(env, 401);
  let session: Session;
  try {
    session = await fetchSession(env, config, code, host);
  } catch {
    // What the provider did wrong is told by the status, as AWS tells it.
    env.count("authErrors");
    return answer(561);
  }
  if (Buffer.byteLength(JSON.stringify(session.claims)) > longestClaimsBytes) {
    env.count("authClaimsTooLong");
    return answer(500);
  }
  const cookies = sessionCookies(env, config, session);
  if (cookies.length > mostShards) return fail(env, 500);
  env.count("authSuccesses");
  cookies.push(`${nonceCookie}=; Path=/; Max-Age=0; Secure; HttpOnly`);
  return answer(302, { Location: `https://${host}${target}`, "Set-Cookie": cookies });
}

function fail(env: OidcEnvironment, status: number): HttpReply {
  env.count(status === 401 ? "authFailures" : "authErrors");
  return answer(status);
}

function fetchSession(
  env: OidcEnvironment,
  config: OidcConfig,
  code: string,
  host: string,
): Promise<Session> {
  const expiresMs = env.wall.now() + config.sessionMs;
  const redirectUri = `https://${host}${callbackPath}`;
  const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
  return askForSession(env, config, grant, expiresMs);
}

/**
 * The session with a new access token; undefined where the provider gives none. It ends when it would have.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#session-timeout
 */
function renewed(
  env: OidcEnvironment,
  config: OidcConfig,
  session: Session,
  refreshToken: string,
): Promise<Session | undefined> {
  const { renewals } = env;
  const atMs = env.wall.monotonic();
  for (const [token, renewal] of renewals)
    if (atMs - renewal.atMs > renewalKeptMs) renewals.delete(token);
  const known = renewals.get(refreshToken);
  if (known) return known.session;
  const grant = { grant_type: "refresh_token", refresh_token: refreshToken };
  const renewal = askForSession(env, config, grant, session.expiresMs).then(
    (next): Session => {
      env.count("authRefreshes");
      return { refreshToken, ...next };
    },
    () => {
      // The user signs in anew.
      env.count("authErrors");
      return undefined;
    },
  );
  renewals.set(refreshToken, { atMs, session: renewal });
  return renewal;
}

async function askForSession(
  env: OidcEnvironment,
  config: OidcConfig,
  grant: Record<string, string>,
  expiresMs: number,
): Promise<Session> {
  const { clientId, clientSecret, tokenEndpoint, userInfoEndpoint } = config;
  const beganMs = env.wall.monotonic();
  const traffic = { bytes: 0 };
  try {
    const token = await askProvider(traffic, tokenEndpoint, {
      method: "POST",
      body: new URLSearchParams({ ...grant, client_id: clientId, client_secret: clientSecret }),
    });
    const { access_token: accessToken, refresh_token: refreshToken, expires_in: lasts } = token;
    if (typeof accessToken !== "string") throw new Error("the provider gave no access token");
    const claims = await askProvider(traffic, userInfoEndpoint, {
      headers: { Authorization: `Bearer ${accessToken}` },
    });
    if (typeof claims["sub"] !== "string") throw new Error("the provider named no subject");
    return {
      client: clientId,
      expiresMs,
      claims,
      accessToken,
      ...(typeof lasts === "number" && { accessUntilMs: env.wall.now() + lasts * 1000 }),
      ...(typeof refreshToken === "string" && { refreshToken }),
    };
  } finally {
    env.asked(env.wall.monotonic() - beganMs, traffic.bytes);
  }
}

async function askProvider(
  traffic: { bytes: number },
  url: string,
  init: RequestInit,
): Promise<Record<string, unknown>> {
  const signal = AbortSignal.timeout(providerTimeoutMs);
  const response = await fetch(url, { ...init, redirect: "error", signal });
  const text = await response.text();
  traffic.bytes += Buffer.byteLength(text);
  if (!response.ok) throw new Error(`the provider answered ${response.status}`);
  return JSON.parse(text) as Record<string, unknown>;
}

function sessionCookies(env: OidcEnvironment, config: OidcConfig, session: Session): string[] {
  const sealed = env.sealer.seal(sessionMark + JSON.stringify(session));
  const seconds = Math.ceil((session.expiresMs - env.wall.now()) / 1000);
  const shards = sealed.match(new RegExp(`.{1,${shardLength}}`, "g")) ?? [];
  return shards.map(
    (shard, index) =>
      `${config.cookieName}-${index}=${shard}; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=${seconds}`,
  );
}

function readSession(
  { sealer, wall }: OidcEnvironment,
  { cookieName, clientId }: OidcConfig,
  rawHeaders: readonly string[],
): Session | undefined {
  let sealed = "";
  for (let index = 0; index < mostShards; index++)
    sealed += readCookie(rawHeaders, `${cookieName}-${index}`) ?? "";
  if (sealed === "") return undefined;
  const opened = sealer.open(sealed);
  if (!opened?.startsWith(sessionMark)) return undefined;
  const session = JSON.parse(opened.slice(sessionMark.length)) as Session;
  return session.client === clientId && session.expiresMs > wall.now() ? session : undefined;
}

function sessionFields({ signer, wall }: OidcEnvironment, config: OidcConfig, session: Session) {
  return [
    "X-Amzn-Oidc-Accesstoken",
    session.accessToken,
    "X-Amzn-Oidc-Identity",
    String(session.claims["sub"]),
    "X-Amzn-Oidc-Data",
    signer.sign(config, session.claims, Math.floor(wall.now() / 1000) + 120),
  ];
}

/** Signs claims for targets with a key that follows from the balancer's secret. */
export class ClaimSigner {
  readonly keyId: string;
  readonly publicPem: string;
  readonly #arn: string;
  readonly #key: KeyObject;

  constructor(arn: string, secret: string) {
    this.#arn = arn;
    const scalar = createHash("sha256").update(`claims ${secret}`).digest();
    const curve = createECDH("prime256v1");
    curve.setPrivateKey(scalar);
    const point = curve.getPublicKey();
    const jwk = {
      kty: "EC",
      crv: "P-256",
      d: scalar.toString("base64url"),
      x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33).toString("base64url"),
    };
    this.#key = createPrivateKey({ key: jwk, format: "jwk" });
    this.publicPem = createPublicKey(this.#key).export({ type: "spki", format: "pem" });
    const id = createHash("sha256").update(this.publicPem).digest("hex");
    this.keyId = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, "$1-$2-$3-$4-$5");
  }

  sign(config: OidcConfig, claims: Record<string, unknown>, expires: number): string {
    const { issuer: iss, clientId: client } = config;
    const header = {
      typ: "JWT",
      kid: this.keyId,
      alg: "ES256",
      iss,
      client,
      signer: this.#arn,
      exp: expires,
    };
    const text = [header, { ...claims, exp: expires, iss }].map(encode).join(".");
    const signature = sign("sha256", Buffer.from(text), {
      key: this.#key,
      dsaEncoding: "ieee-p1363",
    });
    return `${text}.${padded(signature)}`;
  }
}

function encode(value: unknown): string {
  return padded(Buffer.from(JSON.stringify(value)));
}

/** AWS keeps the padding that JWTs go without. */
function padded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
