import { OptionError } from "#cloud/options.ts";
import { readArguments } from "./command-arguments.ts";
import { ask, ownPath, findEndpoint } from "./remote.ts";
import { numberOf, part } from "./part.ts";

export const usage = `usage: fogbank fail instance i-… [--kill | --pause | --slow 20% | --loss 30% | --delay 200ms] [--for 10m]
       fogbank fail az us-east-1a [--for 10m]            its machines lose their power; nothing starts there
       fogbank fail volume vol-… [--for 10m]             its I/O stands still
       fogbank fail target GROUP|CLASSIC [i-…]           the program behind a load balancer's target ends
       fogbank fail                                      what fails now
       fogbank heal [FAULT]                              all of it, or one
The account is AWS_ACCESS_KEY_ID where that has twelve digits, the region AWS_DEFAULT_REGION.`;

const options = {
  kill: { type: "boolean" },
  pause: { type: "boolean" },
  slow: { type: "string" },
  loss: { type: "string" },
  delay: { type: "string" },
  for: { type: "string" },
} as const;

interface Shown {
  faultId: string;
  kind: string;
  instance?: string;
  zone?: string;
  volume?: string;
  started: string;
  until?: string;
  impossible?: string;
}

/** `fogbank fail …`: chaos, on purpose. */
export async function run(args: readonly string[]): Promise<number> {
  const endpoint = findEndpoint(process.env);
  const path = ownPath("faults", process.env);
  if (args.length === 0) {
    const { faults } = await ask<{ faults: Shown[] }>(endpoint, "GET", path());
    for (const fault of faults) process.stdout.write(`${line(fault)}\n`);
    if (faults.length === 0) process.stdout.write("nothing fails\n");
    return 0;
  }
  const fault = await ask<Shown>(endpoint, "POST", path(), readWish(args));
  process.stdout.write(`${line(fault)}\n`);
  return 0;
}

/** Throws OptionError with the usage. */
export function readWish(args: readonly string[]): Record<string, unknown> {
  const { values, positionals } = readArguments(args, options, usage);
  const [what, name, instance, ...more] = positionals;
  if (!name || more.length > 0) throw new OptionError(usage);
  const lasting = values.for === undefined ? {} : { for: values.for };
  if (what === "az" && instance === undefined) return { kind: "power-cut", zone: name, ...lasting };
  if (what === "volume" && instance === undefined)
    return { kind: "stall", volume: name, ...lasting };
  if (what === "target") return { targetGroup: name, ...(instance && { instance }) };
  if (what !== "instance" || instance !== undefined) throw new OptionError(usage);
  return { ...effectOf(values), instance: name, ...lasting };
}

/** One alone, so that nobody kills what was to be slow. */
function effectOf(
  values: ReturnType<typeof readArguments<typeof options>>["values"],
): Record<string, unknown> {
  const { kill, pause, slow, loss, delay } = values;
  const effects = [
    kill && { kind: "kill" },
    pause && { kind: "pause" },
    slow !== undefined && { kind: "slow", cpuShare: part(slow) },
    (loss !== undefined || delay !== undefined) && {
      kind: "packets",
      ...(loss !== undefined && { packetLoss: part(loss) }),
      ...(delay !== undefined && { packetDelayMs: milliseconds(delay) }),
    },
  ].filter((effect) => typeof effect === "object");
  if (effects.length > 1) throw new OptionError(usage);
  return effects[0] ?? { kind: "kill" };
}

function milliseconds(text: string): number {
  const value = numberOf(text.replace(/ms$/, ""));
  if (Number.isNaN(value)) throw new OptionError(`"${text}" is no delay; write for example 200ms`);
  return value;
}

function line({
  faultId,
  kind,
  instance,
  zone,
  volume,
  started,
  until,
  impossible,
}: Shown): string {
  const lasting = until === undefined ? "" : ` until ${until}`;
  const what = impossible === undefined ? "" : `\n  cannot be done: ${impossible}`;
  return `${faultId}  ${kind}  ${instance ?? zone ?? volume}  since ${started}${lasting}${what}`;
}
