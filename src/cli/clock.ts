import { OptionError } from "#cloud/options.ts";
import { ask, findEndpoint } from "./remote.ts";

export const usage = `usage: fogbank clock                  the cloud's time
       fogbank clock advance 15m      lets that much pass; 30s, 2h and 3d are durations too`;

interface ClockAnswer {
  now: string;
  mode: string;
  speed: number;
}

/** `fogbank clock [advance 15m]`: shows or moves the cloud's time. */
export async function run([verb, duration, ...more]: readonly string[]): Promise<number> {
  const endpoint = findEndpoint(process.env);
  const isKnown = verb === undefined || (verb === "advance" && duration !== undefined);
  if (!isKnown || more.length > 0) throw new OptionError(usage);
  const clock =
    verb === "advance"
      ? await ask<ClockAnswer>(endpoint, "POST", "/_fogbank/clock", { advance: duration })
      : await ask<ClockAnswer>(endpoint, "GET", "/_fogbank/clock");
  const pace = clock.mode === "scaled" ? `, ${clock.speed} times as fast as the system's` : "";
  process.stdout.write(`${clock.now} (${clock.mode}${pace})\n`);
  return 0;
}
