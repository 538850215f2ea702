/** What can be set when a cloud is started, with its defaults. */
import { authModes, type AuthMode } from "#gateway/auth-mode.ts";
import { isRegion } from "#services/kit/facts/zones.ts";
import { logLevels, type LogLevel } from "#runtime/log.ts";
import type { Durability } from "#store/store.ts";

export const computeKinds = ["auto", "docker", "process", "simulated"] as const;
const durabilities = ["process", "fsync"] as const;

export type ComputeKind = (typeof computeKinds)[number];

export interface CloudOptions {
  /** 0 takes any free port. */
  port: number;
  host: string;
  /** Where the DNS server answers, over UDP and TCP; 0 takes a free port once Route 53 is first used. */
  dnsPort: number;
  /** Where everything is kept; undefined keeps nothing beyond the process. */
  dataDir: string | undefined;
  compute: ComputeKind;
  /** Cloud seconds per second; 1 is the system clock. */
  speed: number;
  /** "virtual": cloud time stands still until it is advanced. */
  clock: "running" | "virtual";
  auth: AuthMode;
  durability: Durability;
  /** The region of requests that name none. */
  region: string;
  logLevel: LogLevel;
  /** Host names, besides local ones, that requests may carry. */
  allowedHosts: readonly string[];
  /** Makes ids, secrets and jitter repeatable. */
  seed: number | undefined;
}

export class OptionError extends Error {}

export const defaultOptions: CloudOptions = {
  port: 4566,
  host: "127.0.0.1",
  dnsPort: 4553,
  dataDir: ".fogbank",
  compute: "auto",
  speed: 1,
  clock: "running",
  auth: "open",
  durability: "process",
  region: "us-east-1",
  logLevel: "info",
  allowedHosts: [],
  seed: undefined,
};

const loopback = /^(127\.|localhost$|\[?::1\]?$)/;

/** Throws OptionError for values that cannot be, and for an open door to the network. */
export function checkOptions(options: CloudOptions): CloudOptions {
  oneOf("--compute", options.compute, computeKinds);
  oneOf("--auth", options.auth, authModes);
  oneOf("--durability", options.durability, durabilities);
  oneOf("--log-level", options.logLevel, logLevels);
  // It would be the folder that Fogbank is started in.
  if (options.dataDir === "") throw new OptionError("--data-dir takes a path");
  if (!Number.isInteger(options.port) || options.port < 0 || options.port > 65_535)
    throw new OptionError(`--port takes a number from 0 to 65535, not ${options.port}`);
  if (!Number.isInteger(options.dnsPort) || options.dnsPort < 0 || options.dnsPort > 65_535)
    throw new OptionError(`--dns-port takes a number from 0 to 65535, not ${options.dnsPort}`);
  if (!(options.speed > 0 && options.speed <= 100_000))
    throw new OptionError("--speed takes a positive number up to 100000");
  if (!isRegion(options.region))
    throw new OptionError(`--region takes an AWS region such as us-east-1, not ${options.region}`);
  if (!loopback.test(options.host) && options.auth === "open")
    throw new OptionError(
      `listening on ${options.host} lets the network in; say --auth signed with it`,
    );
  return options;
}

function oneOf(name: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value))
    throw new OptionError(`${name} takes ${choices.join(", ")}; not "${value}"`);
}
