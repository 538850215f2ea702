/** Reads the options of `fogbank up` from the command line and, behind it, from the environment. */
import { parseArgs } from "node:util";
import { checkOptions, defaultOptions, OptionError, type CloudOptions } from "#cloud/options.ts";

const flags = {
  port: { type: "string" },
  host: { type: "string" },
  "dns-port": { type: "string" },
  "data-dir": { type: "string" },
  ephemeral: { type: "boolean" },
  compute: { type: "string" },
  speed: { type: "string" },
  auth: { type: "string" },
  durability: { type: "string" },
  region: { type: "string" },
  "log-level": { type: "string" },
  "allowed-hosts": { type: "string" },
  seed: { type: "string" },
} as const;

type Flag = keyof typeof flags;
type Environment = Readonly<Record<string, string | undefined>>;

export function readUpOptions(args: readonly string[], environment: Environment): CloudOptions {
  const { values } = parse(args);
  const text = (flag: Flag): string | undefined => {
    const given = values[flag];
    if (typeof given === "string") return given;
    return environment[`FOGBANK_${flag.toUpperCase().replaceAll("-", "_")}`];
  };
  const number = (flag: Flag, fallback: number): number => {
    const given = text(flag);
    if (given === undefined) return fallback;
    const value = Number(given);
    if (given.trim() === "" || Number.isNaN(value))
      throw new OptionError(`--${flag} takes a number, not "${given}"`);
    return value;
  };
  const ephemeral =
    values.ephemeral === true || ["1", "true"].includes(environment.FOGBANK_EPHEMERAL ?? "");
  if (values.ephemeral === true && typeof values["data-dir"] === "string")
    throw new OptionError("--ephemeral keeps nothing; it cannot go with --data-dir");
  const seed = text("seed");
  return checkOptions({
    port: number("port", defaultOptions.port),
    host: text("host") ?? defaultOptions.host,
    dnsPort: number("dns-port", defaultOptions.dnsPort),
    dataDir: ephemeral ? undefined : (text("data-dir") ?? defaultOptions.dataDir),
    compute: (text("compute") ?? defaultOptions.compute) as CloudOptions["compute"],
    speed: number("speed", defaultOptions.speed),
    clock: defaultOptions.clock,
    auth: (text("auth") ?? defaultOptions.auth) as CloudOptions["auth"],
    durability: (text("durability") ?? defaultOptions.durability) as CloudOptions["durability"],
    region: text("region") ?? defaultOptions.region,
    logLevel: (text("log-level") ?? defaultOptions.logLevel) as CloudOptions["logLevel"],
    allowedHosts: (text("allowed-hosts") ?? "").split(",").filter((name) => name !== ""),
    seed: seed === undefined ? undefined : number("seed", 0),
  });
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: false });
  } catch (error) {
    throw new OptionError((error as Error).message);
  }
}
