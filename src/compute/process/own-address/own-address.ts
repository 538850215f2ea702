/** Control groups that bind a machine's processes to the machine's own loopback address. */
import type { Wall } from "#runtime/clock.ts";
import { mkdir, readFile, readdir, rmdir, stat } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { attachPrograms } from "./loader.ts";
import { addressPrograms, type AddressRules } from "./programs.ts";

export interface OwnAddresses {
  /** Makes the machine's group; whatever is started in it keeps to the address. Gives its directory. */
  prepare(machineDirectory: string, rules: AddressRules): Promise<string>;
  /** Takes the group away once it is empty. */
  release(group: string): Promise<void>;
}

const youngMs = 60_000;

/** Undefined, with the reason, where this host's kernel or rights do not allow it. */
export async function detectOwnAddresses(
  dataDir: string,
  wall: Wall,
): Promise<{ ownAddresses?: OwnAddresses; reason?: string }> {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return { reason: "only root on Linux may bind a group of processes to an address" };
  const mount = await unifiedMount();
  if (mount === undefined) return { reason: "no unified control groups are mounted" };
  const ownAddresses = createOwnAddresses(mount);
  await sweep(mount, wall.now());
  try {
    const rules = { address: "127.0.0.2", hostPorts: [4566], metadataPort: 1338 };
    const group = await ownAddresses.prepare(join(dataDir, `.probe-${process.pid}`), rules);
    await ownAddresses.release(group);
    return { ownAddresses };
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return { reason: (stderr || message).trim().split("\n")[0]! };
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

/** Starts a command as a member of the group. */
export function commandInGroup(group: string | undefined, command: readonly string[]): string[] {
  if (group === undefined) return [...command];
  return ["/bin/sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', group, ...command];
}

/** Takes away what clouds left behind that were killed; the kernel keeps groups that are in use. */
async function sweep(mount: string, nowMs: number): Promise<void> {
  for (const name of await readdir(mount)) {
    if (!/^fogbank-[0-9a-f]{24}$/.test(name)) continue;
    const group = join(mount, name);
    try {
      // A group that is as young may be another cloud's that is about to be filled.
      if (nowMs - (await stat(group)).ctimeMs > youngMs) await rmdir(group);
    } catch {
      // In use, or gone already.
    }
  }
}

function createOwnAddresses(mount: string): OwnAddresses {
  const release = async (group: string) => {
    try {
      // Groups that processes of the machine made below their own go first.
      for (const entry of await readdir(group, { withFileTypes: true }))
        if (entry.isDirectory()) await release(join(group, entry.name));
      await rmdir(group);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  };
  return {
    async prepare(machineDirectory, rules) {
      const name = createHash("sha256").update(machineDirectory).digest("hex").slice(0, 24);
      const group = join(mount, `fogbank-${name}`);
      await mkdir(group, { recursive: true });
      try {
        await attachPrograms(group, addressPrograms(rules));
      } catch (error) {
        await release(group);
        throw error;
      }
      return group;
    },
    release,
  };
}

/** Where the kernel's one tree of control groups is; /sys/fs/cgroup on most hosts. */
async function unifiedMount(): Promise<string | undefined> {
  const mounts = await readFile("/proc/self/mounts", "utf8").catch(() => "");
  for (const line of mounts.split("\n")) {
    const [, path, type] = line.split(" ");
    if (type === "cgroup2") return path;
  }
  return undefined;
}
