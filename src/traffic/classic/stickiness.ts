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
  /** "If a client switches to a listener with a different backend port, stickiness is lost." */
  instancePort: number;
  /** Names and values in turn. */
  requestHeaders: readonly string[];
}

export interface Binding {
  /** The instance that the client is bound to, if it may get requests. */
  instance: Instance | undefined;
  /** The client has a session whose instance gets no requests any more. */
  moves: boolean;
}

/** A cookie's age is the client's business: it is not checked here whether one has expired. */
export function readBinding(
  instances: Instances,
  { stickiness, sealer, instancePort, requestHeaders }: StickyFacts,
): Binding {
  const isSessionOver =
    stickiness.type === "application" &&
    readCookie(requestHeaders, stickiness.cookieName) === undefined;
  if (isSessionOver) return { instance: undefined, moves: false };
  const sealed =
    readCookie(requestHeaders, balancerCookie) ?? readCookie(requestHeaders, crossOriginCookie);
  const [port, id] = (sealed && sealer.open(sealed)?.split(" ")) || [];
  if (id === undefined || Number(port) !== instancePort)
    return { instance: undefined, moves: false };
  const instance = instances.inService(id);
  return { instance, moves: instance === undefined };
}

/**
 * Set-Cookie fields, names and values in turn, for an answer of this instance. A client that is bound to
 * it already gets none, unless the application starts a new session. A session of the application whose instance
 * failed "is now stuck to the new healthy instance".
 */
export function classicCookies(
  instance: Instance,
  { stickiness, sealer, instancePort }: StickyFacts,
  {
    bound,
    moves,
    responseHeaders,
  }: { bound: boolean; moves: boolean; responseHeaders: readonly string[] },
): string[] {
  const sealed = () => sealer.seal(`${instancePort} ${instance.id}`);
  if (stickiness.type === "application") {
    const attributes = attributesOf(responseHeaders, stickiness.cookieName);
    if (attributes !== undefined) return cookies(sealed(), attributes);
    return moves ? cookies(sealed(), ";PATH=/") : [];
  }
  if (bound) return [];
  const { durationMs } = stickiness;
  const age = durationMs === undefined ? "" : `;MAX-AGE=${Math.round(durationMs / 1000)}`;
  return cookies(sealed(), `;PATH=/${age}`);
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

/** What the balancer's cookie has from the application's own. */
const followed =
  /^\s*(?:path|port|domain|secure|httponly|discard|max-age|expires|version|comment|commenturl|samesite)\s*(?:=|$)/i;

/** Path, age and the rest of the application's own cookie, which the balancer's follows. */
function attributesOf(responseHeaders: readonly string[], name: string): string | undefined {
  for (let index = 0; index < responseHeaders.length; index += 2) {
    const value = responseHeaders[index + 1]!;
    if (responseHeaders[index]!.toLowerCase() !== "set-cookie" || !value.startsWith(`${name}=`))
      continue;
    // "If you have a trailing semicolon in the Set-Cookie field of an application cookie, the load balancer ignores the cookie."
    if (value.trimEnd().endsWith(";")) continue;
    return value
      .split(";")
      .slice(1)
      .filter((attribute) => followed.test(attribute))
      .map((attribute) => `;${encodePath(attribute)}`)
      .join("");
  }
  return undefined;
}

/** Some browsers expect underscores to be encoded. */
function encodePath(attribute: string): string {
  return /^\s*path\s*=/i.test(attribute) ? attribute.replaceAll("_", "%5F") : attribute;
}
