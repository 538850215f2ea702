/** Identifiers of requests. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html */
import type { Random } from "#runtime/random.ts";
import type { HttpRequest } from "#http/http.ts";
import type { Wall } from "#runtime/clock.ts";

/** Of a longer head the identifier that came with it is not looked at. */
const longestHeadBytes = 7 * 1024;

export class TraceIds {
  readonly #wall: Wall;
  readonly #random: Random;
  /** How those of the present second begin. */
  #seconds = 0;
  #start = "";

  constructor(wall: Wall, random: Random) {
    this.#wall = wall;
    this.#random = random;
  }

  /** A fresh "1-68a1…-…". */
  next(): string {
    const seconds = Math.floor(this.#wall.now() / 1000);
    if (seconds !== this.#seconds) {
      this.#seconds = seconds;
      this.#start = `1-${seconds.toString(16).padStart(8, "0")}-`;
    }
    return this.#start + this.#random.hex(24);
  }
}

/** What would be passed on of a request that goes to no target. */
export function traceIdOf({ headers }: HttpRequest, fresh: string): string {
  return tracedId(headers["x-amzn-trace-id"], fresh, 0);
}

/** The value of X-Amzn-Trace-Id that a target gets in place of the one that came, if any did. */
export function tracedId(present: string | undefined, fresh: string, headBytes: number): string {
  if (present === undefined || present === "" || headBytes > longestHeadBytes)
    return `Root=${fresh}`;
  const kept = present.split(";").filter((field) => !/^\s*Self=/i.test(field));
  return /(?:^|;)\s*Root=/i.test(present)
    ? `Self=${fresh};${kept.join(";")}`
    : `Root=${fresh};${kept.join(";")}`;
}
