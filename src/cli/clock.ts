import { OptionError } from "#cloud/options.ts";
import { ask, findEndpoint } from "./remote.ts";

interface ClockAnswer {
  now: string;
  mode: string;
  speed: number;
}

/** `fogbank clock [advance 15m]`: shows or moves the cloud's time. */
export async function run([verb, duration]: readonly string[]): Promise<number> {
  const endpoint = findEndpoint(process.env);
  if (verb !== undefined && (verb !== "advance" || duration === undefined))
    throw new OptionError("usage: fogbank clock [advance 15m]");
  const clock =
    verb === "advance"
      ? await ask<ClockAnswer>(endpoint, "POST", "/_fogbank/clock", { advance: duration })
      : await ask<ClockAnswer>(endpoint, "GET", "/_fogbank/clock");
  const pace = clock.mode === "scaled" ? `, ${clock.speed} times as fast as the system's` : "";
  process.stdout.write(`${clock.now} (${clock.mode}${pace})\n`);
  return 0;
}
