/**
 * Users are who an OpenID Connect provider says they are.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
 */
import type { Wall } from "#runtime/clock.ts";
import type { Random } from "#runtime/random.ts";
import type { HttpReply, HttpRequest } from "#http/http.ts";
import { answer } from "./answers.ts";
import type { ClaimSigner } from "./claim-signer.ts";
import type { OidcConfig } from "./config.ts";
import { readCookie, type CookieSealer } from "./cookies.ts";
import { askForSession, AuthError, outcomeOf, type AuthEvent } from "./oidc-provider.ts";
import { readSession, sessionCookies, type Session } from "./oidc-session.ts";

export const callbackPath = "/oauth2/idpresponse";

const nonceCookie = "AWSALBAuthNonce";
/** The balancer seals for several purposes: one must not be taken for another. */
const stateMark = "state ";
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#client-login-timeout */
const loginMs = 15 * 60_000;

/** Of claims and access token. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#authentication-flow */
const longestClaimsBytes = 11 * 1024;

export interface OidcEnvironment {
  wall: Wall;
  random: Random;
  sealer: CookieSealer;
  signer: ClaimSigner;
  renewals: Renewals;
  count: (event: AuthEvent | "authSuccesses" | "authRefreshes") => void;
  /** What it took to ask the provider for token and claims, failures too. */
  asked: (elapsedMs: number, bytes: number) => void;
}

/** By refresh token, which many providers take once: requests with the same session share what came of it. */
export type Renewals = Map<string, { atMs: number; session: Promise<Session | undefined> }>;
const renewalKeptMs = 10_000;

/** What lets the request through, or the answer in its place. */
export type Verdict =
  | {
      /** For the target, names and values in turn. */
      fields: string[];
      /** For the client. */
      cookies?: string[];
    }
  | Refusal;

export interface Refusal {
  reply: HttpReply;
  /** As access logs name it. */
  reason?: string;
}

export function authenticate(
  env: OidcEnvironment,
  config: OidcConfig,
  request: HttpRequest,
  host: string,
): Verdict | Promise<Verdict> {
  const session = readSession(env.sealer, config, request.rawHeaders);
  if (!session || session.expiresMs <= env.wall.now())
    return admitUnknown(env, config, request, host, session !== undefined);
  const { accessUntilMs = Infinity, refreshToken } = session;
  if (refreshToken === undefined || env.wall.now() < accessUntilMs)
    return { fields: sessionFields(env, config, session) };
  return renewed(env, config, session, refreshToken).then((next) => {
    const cookies = next && sessionCookies(env.sealer, config, next, env.wall.now());
    return cookies
      ? { fields: sessionFields(env, config, next), cookies }
      : admitUnknown(env, config, request, host, true);
  });
}

/** Who was known until now is sent to the provider even where others are turned away. */
function admitUnknown(
  env: OidcEnvironment,
  config: OidcConfig,
  request: HttpRequest,
  host: string,
  wasKnown: boolean,
): Verdict {
  if (config.unauthenticated === "allow") return { fields: [] };
  if (config.unauthenticated === "deny" && !wasKnown) {
    env.count("authFailures");
    return { reply: answer(401) };
  }
  if (host === "") return refuse(env, new AuthError("AuthMissingHostHeader"));
  return { reply: sendToProvider(env, config, request.target, host) };
}

function refuse(env: OidcEnvironment, error: AuthError): Refusal {
  const { status, event } = outcomeOf(error);
  env.count(event);
  return { reply: answer(status), reason: error.reason };
}

/** Where a user was who signs in, and at which rule. */
type State = [untilMs: number, nonce: string, clientId: string, cookieName: string, target: string];

function sendToProvider(env: OidcEnvironment, config: OidcConfig, target: string, host: string) {
  const nonce = env.random.hex(32);
  const { clientId, cookieName } = config;
  const place: State = [env.wall.now() + loginMs, nonce, clientId, cookieName, target];
  const state = env.sealer.seal(stateMark + JSON.stringify(place));
  const url = new URL(config.authorizationEndpoint);
  const parameters = {
    client_id: clientId,
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
): Promise<Refusal> {
  try {
    return { reply: await signIn(env, configs, request, host) };
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return refuse(env, error);
  }
}

async function signIn(
  env: OidcEnvironment,
  configs: readonly OidcConfig[],
  request: HttpRequest,
  host: string,
): Promise<HttpReply> {
  if (host === "") throw new AuthError("AuthMissingHostHeader");
  const query = new URL(request.target, "https://balancer").searchParams;
  const sealed = query.get("state");
  if (sealed === null) throw new AuthError("AuthMissingStateParam");
  const opened = env.sealer.open(sealed);
  if (!opened?.startsWith(stateMark)) throw new AuthError("AuthInvalidStateParam");
  const [untilMs, nonce, clientId, cookieName, target] = JSON.parse(
    opened.slice(stateMark.length),
  ) as State;
  const config = configs.find((one) => one.clientId === clientId && one.cookieName === cookieName);
  if (!config || env.wall.now() > untilMs) throw new AuthError("AuthInvalidStateParam");
  const shown = readCookie(request.rawHeaders, nonceCookie);
  if (shown === undefined) throw new AuthError("AuthMissingAWSALBAuthNonce");
  if (shown !== nonce) throw new AuthError("AuthInvalidAWSALBAuthNonce");
  const code = query.get("code");
  if (query.has("error") || code === null) throw new AuthError("AuthMissingCodeParam");
  const session = await fetchSession(env, config, code, host);
  const cookies = sessionCookies(env.sealer, config, session, env.wall.now());
  const { claims, accessToken } = session;
  if (
    !cookies ||
    Buffer.byteLength(JSON.stringify(claims)) + accessToken.length > longestClaimsBytes
  )
    throw new AuthError("AuthUserinfoResponseSizeExceeded");
  env.count("authSuccesses");
  cookies.push(`${nonceCookie}=; Path=/; Max-Age=0; Secure; HttpOnly`);
  return answer(302, { Location: `https://${host}${target}`, "Set-Cookie": cookies });
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
    (error: unknown) => {
      if (!(error instanceof AuthError)) throw error;
      // The user signs in anew.
      env.count(outcomeOf(error).event);
      return undefined;
    },
  );
  renewals.set(refreshToken, { atMs, session: renewal });
  return renewal;
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
