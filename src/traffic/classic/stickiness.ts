/**
 * The AWSELB cookie: which instance a client's cookies ask for, and the cookies that its answer carries.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-sticky-sessions.html
 */
import { readCookie, type CookieSealer } from "../application/cookies.ts";
import type { ClassicStickiness } from "./config.ts";
import type { Instance, Instances } from "./instances.ts";

const balancerCookie = "AWSELB";
/** The same for clients that need SameSite=None across origins. */
const crossOriginCookie = "AWSELBCORS";

export interface StickyFacts {
  stickiness: ClassicStickiness;
  sealer: CookieSealer;
  /** Wall time. */
  nowMs: number;
  /** Names and values in turn. */
  requestHeaders: readonly string[];
}

/** The instance that the client is bound to, if it may get requests. */
export function stickyInstance(
  instances: Instances,
  { stickiness, sealer, nowMs, requestHeaders }: StickyFacts,
): Instance | undefined {
  const isSessionOver =
    stickiness.type === "application" &&
    readCookie(requestHeaders, stickiness.cookieName) === undefined;
  if (isSessionOver) return undefined;
  const sealed =
    readCookie(requestHeaders, balancerCookie) ?? readCookie(requestHeaders, crossOriginCookie);
  const [expires, id] = (sealed && sealer.open(sealed)?.split(" ")) || [];
  if (id === undefined || (expires !== "-" && Number(expires) <= nowMs)) return undefined;
  return instances.inService(id);
}

/**
 * Set-Cookie fields, names and values in turn, for an answer of this instance. A client that is bound to
 * it already gets none, unless the application starts a new session.
 */
export function classicCookies(
  instance: Instance,
  facts: StickyFacts,
  { bound, responseHeaders }: { bound: boolean; responseHeaders: readonly string[] },
): string[] {
  const { stickiness, sealer, nowMs } = facts;
  if (stickiness.type === "application") {
    const attributes = attributesOf(responseHeaders, stickiness.cookieName);
    return attributes === undefined ? [] : cookies(sealer.seal(`- ${instance.id}`), attributes);
  }
  if (bound) return [];
  const { durationMs } = stickiness;
  const expires = durationMs === undefined ? "-" : String(nowMs + durationMs);
  const age = durationMs === undefined ? "" : `;MAX-AGE=${Math.round(durationMs / 1000)}`;
  return cookies(sealer.seal(`${expires} ${instance.id}`), `;PATH=/${age}`);
}

function cookies(value: string, attributes: string): string[] {
  const crossOrigin = attributes.replace(/;\s*(?:secure|samesite=[^;]*)(?=;|$)/gi, "");
  return [
    "Set-Cookie",
    `${balancerCookie}=${value}${attributes}`,
    "Set-Cookie",
    `${crossOriginCookie}=${value}${crossOrigin};SECURE;SAMESITE=None`,
  ];
}

/** Path, age and the rest of the application's own cookie, which the balancer's follows. */
function attributesOf(responseHeaders: readonly string[], name: string): string | undefined {
  for (let index = 0; index < responseHeaders.length; index += 2) {
    const value = responseHeaders[index + 1]!;
    if (responseHeaders[index]!.toLowerCase() !== "set-cookie" || !value.startsWith(`${name}=`))
      continue;
    const end = value.indexOf(";");
    return end < 0 ? "" : value.slice(end);
  }
  return undefined;
}
