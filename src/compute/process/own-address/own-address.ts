/** Binds a machine's processes to the machine's own loopback address. */
import { join } from "node:path";
import type { Wall } from "#runtime/clock.ts";
import type { ControlGroups } from "../control-groups/control-groups.ts";
import { counterPrograms, createByteMeter, type ByteMeter } from "./byte-counter.ts";
import { attachPrograms, readCounters, replaceCounters } from "./loader.ts";
import { withLoss } from "./packet-loss.ts";
import { addressPrograms, type AddressRules } from "./programs.ts";

export interface OwnAddresses {
  /**
   * Whatever is started in the group (of version 2) keeps to the address from now on. Gives the map
   * in which its bytes are counted, if they are.
   */
  bind(group: string, rules: AddressRules): Promise<number | undefined>;
  readonly meter: ByteMeter;
  /** Loses this part of the packets of a bound group in each direction, 0 none; `map` counts its bytes. */
  lose(group: string, map: number, part: number): Promise<void>;
}

/** Undefined, with the reason, where this host's kernel or rights do not allow it. */
export async function detectOwnAddresses(
  dataDir: string,
  controlGroups: ControlGroups,
  wall: Wall,
): Promise<{ ownAddresses?: OwnAddresses; reason?: string }> {
  const ownAddresses: OwnAddresses = {
    bind: (group, rules) => attachPrograms(group, addressPrograms(rules)),
    meter: createByteMeter(wall, readCounters),
    lose: (group, map, part) => replaceCounters(group, map, withLoss(counterPrograms, part)),
  };
  const limits = { cpus: 1, memoryBytes: 64 * 1024 ** 2 };
  const groups = await controlGroups.make(join(dataDir, `.probe-${process.pid}`), limits);
  const rules = { address: "127.0.0.2", hostPorts: [4566], metadataPort: 1338 };
  try {
    if (groups.unified === undefined) return { reason: "no unified control groups are mounted" };
    await ownAddresses.bind(groups.unified, rules);
    return { ownAddresses };
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return { reason: (stderr || message).trim().split("\n")[0]! };
  } finally {
    await controlGroups.release(groups);
  }
}

/** Host and metadata ports, as far as the machine's environment names them. */
export function rulesFrom(address: string, environment: Record<string, string>): AddressRules {
  const hostPorts = new Set<number>();
  let metadataPort: number | undefined;
  for (const value of Object.values(environment)) {
    const url = URL.parse(value);
    if (!url || url.port === "") continue;
    if (["127.0.0.1", "localhost", "[::1]"].includes(url.hostname)) hostPorts.add(Number(url.port));
    else if (url.hostname === address) metadataPort = Number(url.port);
  }
  return { address, hostPorts: [...hostPorts].slice(0, 16), metadataPort };
}
