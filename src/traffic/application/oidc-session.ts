/** What clients bring along that have signed in: cookies that hold all of their session, sealed. */
import { dateOf } from "#runtime/date.ts";
import type { OidcConfig } from "./config.ts";
import { readCookie, type CookieSealer } from "./cookies.ts";

/** Browsers take cookies of 4 KB. */
const shardLength = 3900;
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#authentication-logout */
const mostShards = 4;
/** Of the cookies; how long the session lasts is said in them. */
const cookieMs = 7 * 86_400_000;
/** The balancer seals for several purposes: one must not be taken for another. */
const sessionMark = "session ";

export interface Session {
  client: string;
  expiresMs: number;
  claims: Record<string, unknown>;
  accessToken: string;
  /** Of the access token, if the provider said. */
  accessUntilMs?: number;
  refreshToken?: string;
}

/** Undefined for a session that browsers do not take. */
export function sessionCookies(
  sealer: CookieSealer,
  { cookieName }: OidcConfig,
  session: Session,
  nowMs: number,
): string[] | undefined {
  const sealed = sealer.seal(sessionMark + JSON.stringify(session));
  const shards = sealed.match(new RegExp(`.{1,${shardLength}}`, "g")) ?? [];
  if (shards.length > mostShards) return undefined;
  const expires = dateOf(nowMs + cookieMs).toUTCString();
  return shards.map(
    (shard, index) =>
      `${cookieName}-${index}=${shard}; Expires=${expires}; Path=/; Secure; HttpOnly; SameSite=None`,
  );
}

/** The session of a request, over or not. A browser may still have shards of an earlier, longer one. */
export function readSession(
  sealer: CookieSealer,
  { cookieName, clientId }: OidcConfig,
  rawHeaders: readonly string[],
): Session | undefined {
  let sealed = "";
  for (let index = 0; index < mostShards; index++) {
    const shard = readCookie(rawHeaders, `${cookieName}-${index}`);
    if (shard === undefined) return undefined;
    sealed += shard;
    const opened = sealer.open(sealed);
    if (opened === undefined) continue;
    if (!opened.startsWith(sessionMark)) return undefined;
    const session = JSON.parse(opened.slice(sessionMark.length)) as Session;
    return session.client === clientId ? session : undefined;
  }
  return undefined;
}
