import { OptionError } from "#cloud/options.ts";
import { ask, findEndpoint } from "./remote.ts";

export const usage = "usage: fogbank status     where Fogbank runs, its time and its services";

interface Health {
  version: string;
  services: Record<string, string>;
}

interface ClockAnswer {
  now: string;
  mode: string;
  speed: number;
}

/** `fogbank status`: where Fogbank runs, its time and its services. */
export async function run(args: readonly string[]): Promise<number> {
  if (args.length > 0) throw new OptionError(usage);
  const endpoint = findEndpoint(process.env);
  const health = await ask<Health>(endpoint, "GET", "/_fogbank/health");
  const clock = await ask<ClockAnswer>(endpoint, "GET", "/_fogbank/clock");
  const pace = clock.mode === "scaled" ? `, speed ${clock.speed}` : "";
  process.stdout.write(
    [
      `Fogbank ${health.version} on ${endpoint}`,
      `time      ${clock.now} (${clock.mode}${pace})`,
      `services  ${Object.keys(health.services).sort().join(" ")}`,
      "",
    ].join("\n"),
  );
  return 0;
}
