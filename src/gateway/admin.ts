/** Fogbank's own endpoints under /_fogbank/, and the names under which peers' users know them. */
import { readBody, type HttpReply, type HttpRequest } from "#http/http.ts";
import { parseDuration } from "#runtime/duration.ts";
import { isoMillis } from "#runtime/date.ts";
import { checkAdvance, type Clock } from "#runtime/clock.ts";
import type { Scope } from "#store/collection.ts";
import type { OwnWish } from "#services/kit/service.ts";

export interface Administration {
  readonly version: string;
  readonly clock: Clock;
  /** Service names with "available". */
  services(): Record<string, string>;
  reset(): Promise<void>;
  /** What a service answers under /_fogbank/NAME; undefined when none does. */
  own(name: string, wish: OwnWish): Promise<unknown> | undefined;
  readonly defaultScope: Scope;
  /** Fogbank's own root certificate, as the service that issues certificates answers. */
  rootCertificate(request: HttpRequest): Promise<HttpReply>;
}

type Endpoint = (request: HttpRequest, admin: Administration) => Promise<HttpReply> | HttpReply;

const endpoints: Record<string, Endpoint> = {
  "GET /_fogbank/ca.pem": (request, admin) => admin.rootCertificate(request),
  "GET /_fogbank/health": (_request, admin) =>
    json(200, { version: admin.version, services: admin.services() }),
  "GET /_fogbank/clock": (_request, { clock }) => json(200, describe(clock)),
  "POST /_fogbank/clock": advanceClock,
  "POST /_fogbank/reset": async (_request, admin) => {
    await admin.reset();
    return json(200, { status: "reset" });
  },
};

const aliases: Record<string, string> = {
  "GET /_localstack/health": "GET /_fogbank/health",
  "POST /_localstack/state/reset": "POST /_fogbank/reset",
  "POST /moto-api/reset": "POST /_fogbank/reset",
};

const prefixes = ["/_fogbank/", "/_localstack/", "/moto-api/"];

/** Undefined when the request is not for these endpoints. */
export function administrate(
  request: HttpRequest,
  admin: Administration,
): Promise<HttpReply> | HttpReply | undefined {
  if (request.target.charCodeAt(1) !== 95 && !request.target.startsWith("/moto-api/"))
    return undefined;
  const [path = ""] = request.target.split("?");
  if (!prefixes.some((prefix) => path.startsWith(prefix))) return undefined;
  const method = request.method === "HEAD" ? "GET" : request.method;
  const name = `${method} ${path.replace(/\/$/, "")}`;
  const endpoint = endpoints[aliases[name] ?? name];
  // These requests carry no signature, so the network must not be able to make them.
  if (method !== "GET" && !isLocal(request.remoteAddress))
    return json(403, { error: `${name} is answered on Fogbank's own machine only` });
  return endpoint ? endpoint(request, admin) : askService(request, method, admin);
}

async function askService(
  request: HttpRequest,
  method: string,
  admin: Administration,
): Promise<HttpReply> {
  const { pathname, searchParams } = new URL(request.target, "http://fogbank");
  const [, prefix, name = "", item] = pathname.split("/");
  const none = json(404, { error: `there is no ${method} ${pathname}` });
  if (prefix !== "_fogbank" || !["GET", "POST", "DELETE"].includes(method)) return none;
  const scope = {
    account: searchParams.get("account") ?? admin.defaultScope.account,
    region: searchParams.get("region") ?? admin.defaultScope.region,
  };
  try {
    const text = (await readBody(request.body, 100_000)).toString();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const wish = { method: method as OwnWish["method"], item, body, scope };
    const answering = admin.own(name, wish);
    return answering ? json(200, await answering) : none;
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError)
      return json(400, { error: error.message });
    throw error;
  }
}

function isLocal(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}

async function advanceClock(request: HttpRequest, { clock }: Administration): Promise<HttpReply> {
  let durationMs: number;
  try {
    const wish = JSON.parse((await readBody(request.body, 10_000)).toString()) as {
      advance?: unknown;
    };
    if (typeof wish.advance !== "string") throw new RangeError('write {"advance": "15m"}');
    durationMs = parseDuration(wish.advance);
    checkAdvance(clock.now(), durationMs);
  } catch (error) {
    return json(400, { error: (error as Error).message });
  }
  await clock.advance(durationMs);
  return json(200, describe(clock));
}

function describe(clock: Clock) {
  return { now: isoMillis(clock.now()), mode: clock.mode, speed: clock.speed };
}

function json(status: number, value: unknown): HttpReply {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: `${JSON.stringify(value)}\n`,
  };
}
