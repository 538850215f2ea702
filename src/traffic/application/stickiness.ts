/**
 * Which target group and target a client's cookies ask for, and the cookies that its answer carries.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/sticky-sessions.html
 */
import { dateOf } from "#runtime/date.ts";
import { readCookie, setsCookie, type CookieSealer } from "./cookies.ts";
import type { ActionConfig } from "./config.ts";
import type { Target, TargetGroup } from "./target-group.ts";

type Forward = Extract<ActionConfig, { type: "forward" }>;

const targetCookie = "AWSALB";
const groupCookie = "AWSALBTG";
const appCookie = "AWSALBAPP-0";

/** The group that the client is bound to, if the action still forwards to it. */
export function stickyGroup(
  action: Forward,
  rawHeaders: readonly string[],
  sealer: CookieSealer,
  nowMs: number,
): string | undefined {
  if (action.stickinessMs === undefined) return undefined;
  const arn = openCookie(rawHeaders, groupCookie, sealer, nowMs)?.[0];
  return action.groups.find((group) => group.arn === arn && group.weight > 0)?.arn;
}

/** The target that the client is bound to, if it may get requests. */
export function stickyTarget(
  group: TargetGroup,
  rawHeaders: readonly string[],
  sealer: CookieSealer,
  nowMs: number,
): Target | undefined {
  const { stickiness, arn } = group.config;
  if (!stickiness) return undefined;
  if (
    stickiness.type === "app_cookie" &&
    readCookie(rawHeaders, stickiness.cookieName) === undefined
  )
    return undefined;
  const name = stickiness.type === "lb_cookie" ? targetCookie : appCookie;
  const [groupArn, key] = openCookie(rawHeaders, name, sealer, nowMs) ?? [];
  return groupArn === arn && key !== undefined ? group.usable(key) : undefined;
}

/** Set-Cookie fields, names and values in turn, for an answer that a target gave. */
export function cookiesOf(
  group: TargetGroup,
  target: Target,
  exchange: {
    action: Forward;
    /** Names and values in turn of the target's response and of the request. */
    responseHeaders: readonly string[];
    requestHeaders: readonly string[];
    nowMs: number;
    sealer: CookieSealer;
    /** The client's connection is. */
    isSecure: boolean;
  },
): string[] {
  const { action, sealer, nowMs, isSecure } = exchange;
  const fields: string[] = [];
  const { stickiness, arn } = group.config;
  if (action.stickinessMs !== undefined) {
    const expiresMs = nowMs + action.stickinessMs;
    push(fields, groupCookie, sealer.seal(`${expiresMs} ${arn}`), expiresMs, isSecure);
  }
  if (!stickiness) return fields;
  const expiresMs = nowMs + stickiness.durationMs;
  if (stickiness.type === "lb_cookie") {
    push(fields, targetCookie, sealedFor(target, expiresMs, exchange), expiresMs, isSecure);
  } else if (setsCookie(exchange.responseHeaders, stickiness.cookieName)) {
    const value = sealedFor(target, expiresMs, exchange);
    const crossing =
      isSecure && knowsCrossing(exchange.requestHeaders) ? "; SameSite=None; Secure" : "";
    fields.push(
      "Set-Cookie",
      `${appCookie}=${value}; Expires=${httpDate(expiresMs)}; Path=/${crossing}`,
    );
  } else if (readCookie(exchange.requestHeaders, stickiness.cookieName) === undefined)
    fields.push("Set-Cookie", `${appCookie}=_remove_; Expires=${httpDate(expiresMs)}; Path=/`);
  return fields;
}

/** AWS sends each cookie twice: once for clients that need SameSite=None across origins. */
function push(
  fields: string[],
  name: string,
  value: string,
  expiresMs: number,
  isSecure: boolean,
): void {
  const expires = httpDate(expiresMs);
  fields.push("Set-Cookie", `${name}=${value}; Expires=${expires}; Path=/`);
  // Browsers take SameSite=None with Secure alone, and Secure over TLS alone.
  const crossing = isSecure ? "SameSite=None; Secure" : "SameSite=None";
  fields.push("Set-Cookie", `${name}CORS=${value}; Expires=${expires}; Path=/; ${crossing}`);
}

/** Chromium 80 and above. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/sticky-sessions.html#application-based-stickiness */
function knowsCrossing(rawHeaders: readonly string[]): boolean {
  const at = rawHeaders.findIndex(
    (name, index) => index % 2 === 0 && name.toLowerCase() === "user-agent",
  );
  return Number(/\bChrom(?:e|ium)\/(\d+)/.exec(rawHeaders[at + 1] ?? "")?.[1] ?? 0) >= 80;
}

function sealedFor(
  target: Target,
  expiresMs: number,
  { sealer, nowMs }: { sealer: CookieSealer; nowMs: number },
): string {
  if (target.sealed && nowMs - target.sealed.atMs < 1000) return target.sealed.value;
  const value = sealer.seal(`${expiresMs} ${target.group} ${target.key}`);
  target.sealed = { atMs: nowMs, value };
  return value;
}

/** The words behind the expiry, while that lies ahead. */
function openCookie(
  rawHeaders: readonly string[],
  name: string,
  sealer: CookieSealer,
  nowMs: number,
): string[] | undefined {
  const sealed = readCookie(rawHeaders, name) ?? readCookie(rawHeaders, `${name}CORS`);
  if (sealed === undefined) return undefined;
  const [expires, ...words] = sealer.open(sealed)?.split(" ") ?? [];
  return Number(expires) > nowMs ? words : undefined;
}

function httpDate(timeMs: number): string {
  return dateOf(timeMs).toUTCString();
}
