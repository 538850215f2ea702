/**
 * The kernel's groups of processes that machines are put into: they carry the limits of CPU and
 * memory, and the programs that keep a machine to its own address (own-address/).
 */
import { mkdir, readFile, readdir, rmdir, stat, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Wall } from "#runtime/clock.ts";
import { readHierarchies, type ControllerName, type Hierarchies } from "./hierarchies.ts";
import { freezeGroup, limitCpu, limitMemory, readMemoryBytes, readMemoryKills } from "./limits.ts";

export interface MachineLimits {
  cpus: number;
  memoryBytes: number;
}

/** The groups of one machine, as directories; on hosts of version 2 it is one and the same. */
export interface MachineGroups {
  unified?: string;
  cpu?: string;
  memory?: string;
}

export interface ControlGroups {
  /** What machines are held to, and why not to the rest. */
  readonly enforced: Enforced;
  /** Makes the machine's groups, or finds them, and sets its limits. */
  make(machineDirectory: string, limits: MachineLimits): Promise<MachineGroups>;
  /** Changes the limit while the machine runs; rejects where there is none. */
  limitCpus(groups: MachineGroups, cpus: number): Promise<void>;
  /** Keeps all processes of the group from running, or lets them; false where no group can. */
  freeze(groups: MachineGroups, frozen: boolean): Promise<boolean>;
  /** Takes the groups away; rejects while processes are in them. */
  release(groups: MachineGroups): Promise<void>;
  memoryBytes(groups: MachineGroups): number | undefined;
  /** Processes that were ended because the machine's memory was full. */
  memoryKills(groups: MachineGroups): number;
}

export interface Enforced {
  cpu: boolean;
  memory: boolean;
  /** Undefined when both are. */
  reason: string | undefined;
}

const youngMs = 60_000;
const controllers = ["cpu", "memory"] as const;

/** Undefined, with the reason, where Fogbank can make no groups at all. */
export async function detectControlGroups(
  dataDir: string,
  wall: Wall,
): Promise<{ controlGroups?: ControlGroups; reason?: string }> {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return { reason: "only root on Linux may make control groups" };
  const found = await readHierarchies();
  const reasons: string[] = [];
  for (const name of controllers) {
    const reason = await whyUnusable(found, name, join(dataDir, `.probe-${process.pid}-${name}`));
    if (reason === undefined) continue;
    found[name] = undefined;
    reasons.push(`${name}: ${reason}`);
  }
  const reason = reasons.length > 0 ? reasons.join("; ") : undefined;
  if (found.unified === undefined && !found.cpu && !found.memory)
    return { reason: reason ?? "no control groups are mounted" };
  for (const directory of directoriesOf(found)) await sweep(directory, wall.now());
  return { controlGroups: createControlGroups(found, reason, wall) };
}

/** Starts a command as a member of the groups. */
export function commandInGroups(
  groups: MachineGroups | undefined,
  command: readonly string[],
): string[] {
  const directories = distinct(groups);
  if (directories.length === 0) return [...command];
  const join = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done';
  return ["/bin/sh", "-c", `${join}; shift; exec "$@"`, "sh", ...directories, "--", ...command];
}

function createControlGroups(
  hierarchies: Hierarchies,
  reason: string | undefined,
  wall: Wall,
): ControlGroups {
  const { unified, cpu, memory } = hierarchies;
  return {
    enforced: { cpu: cpu !== undefined, memory: memory !== undefined, reason },
    async make(machineDirectory, limits) {
      const name = nameOf(machineDirectory);
      const groups: MachineGroups = {
        ...(unified !== undefined && { unified: join(unified, name) }),
        ...(cpu && { cpu: join(cpu.directory, name) }),
        ...(memory && { memory: join(memory.directory, name) }),
      };
      try {
        for (const group of distinct(groups)) await mkdir(group, { recursive: true });
        if (groups.cpu !== undefined) await limitCpu(groups.cpu, cpu!.version, limits.cpus);
        if (groups.memory !== undefined)
          await limitMemory(groups.memory, memory!.version, limits.memoryBytes);
      } catch (error) {
        await release(groups);
        throw error;
      }
      return groups;
    },
    async limitCpus(groups, cpus) {
      if (groups.cpu === undefined) throw new Error(reason ?? "the host limits no CPU");
      await limitCpu(groups.cpu, cpu!.version, cpus);
    },
    freeze: async (groups, frozen) =>
      groups.unified !== undefined && (await freezeGroup(groups.unified, frozen, wall)),
    release,
    memoryBytes: (groups) =>
      groups.memory === undefined || !memory
        ? undefined
        : readMemoryBytes(groups.memory, memory.version),
    memoryKills: (groups) =>
      groups.memory === undefined || !memory ? 0 : readMemoryKills(groups.memory, memory.version),
  };
}

async function release(groups: MachineGroups): Promise<void> {
  for (const group of distinct(groups)) await removeGroup(group);
}

async function removeGroup(group: string): Promise<void> {
  try {
    // Groups that processes of the machine made below their own go first.
    for (const entry of await readdir(group, { withFileTypes: true }))
      if (entry.isDirectory()) await removeGroup(join(group, entry.name));
    await rmdir(group);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** Tries a limit on a group that is thrown away; says what stood in the way. */
async function whyUnusable(
  hierarchies: Hierarchies,
  name: ControllerName,
  probe: string,
): Promise<string | undefined> {
  const hierarchy = hierarchies[name];
  if (!hierarchy) return "the kernel has no such controller, or it is not mounted";
  const group = join(hierarchy.directory, nameOf(probe));
  try {
    if (hierarchy.version === 2) await passOn(hierarchy.directory, name);
    await mkdir(group, { recursive: true });
    if (name === "cpu") await limitCpu(group, hierarchy.version, 1);
    else await limitMemory(group, hierarchy.version, 64 * 1024 ** 2);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await removeGroup(group).catch(() => undefined);
  }
}

/** A controller is there for groups further down only when the group above passes it on. */
async function passOn(directory: string, name: ControllerName): Promise<void> {
  const file = join(directory, "cgroup.subtree_control");
  const passed = (await readFile(file, "utf8")).trim().split(/\s+/);
  if (!passed.includes(name)) await writeFile(file, `+${name}`);
}

/** Takes away what clouds left behind that were killed; the kernel keeps groups that are in use. */
async function sweep(directory: string, nowMs: number): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!/^fogbank-[0-9a-f]{24}$/.test(name)) continue;
    const group = join(directory, name);
    try {
      // A group that is as young may be another cloud's that is about to be filled.
      if (nowMs - (await stat(group)).ctimeMs > youngMs) await rmdir(group);
    } catch {
      // In use, or gone already.
    }
  }
}

function directoriesOf({ unified, cpu, memory }: Hierarchies): string[] {
  const all = [unified, cpu?.directory, memory?.directory];
  return [...new Set(all.filter((directory) => directory !== undefined))];
}

function distinct(groups: MachineGroups | undefined): string[] {
  return [...new Set(Object.values(groups ?? {}) as string[])];
}

function nameOf(machineDirectory: string): string {
  return `fogbank-${createHash("sha256").update(machineDirectory).digest("hex").slice(0, 24)}`;
}
