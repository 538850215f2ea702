/** What a control group allows its processes, and what they use, in the files of either version. */
import { readFileSync } from "node:fs";
import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Wall } from "#runtime/clock.ts";
import { pause } from "../../pause.ts";

const periodMicroseconds = 100_000;
/** Less than this and a machine would be busy with its boot for longer than its driver waits. */
const leastCpus = 0.1;
const leastMemoryBytes = 32 * 1024 ** 2;

/** https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files and scheduler/sched-bwc */
export async function limitCpu(group: string, version: 1 | 2, cpus: number): Promise<void> {
  const quota = Math.round(Math.max(leastCpus, cpus) * periodMicroseconds);
  if (version === 2) return write(group, "cpu.max", `${quota} ${periodMicroseconds}`);
  await write(group, "cpu.cfs_period_us", String(periodMicroseconds));
  await write(group, "cpu.cfs_quota_us", String(quota)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EINVAL") throw error;
    // More than the group above has, as in a container with a limit of its own: that one holds.
    return write(group, "cpu.cfs_quota_us", "-1");
  });
}

/** Memory without swap: an instance has none. https://docs.kernel.org/admin-guide/cgroup-v2.html#memory */
export async function limitMemory(group: string, version: 1 | 2, bytes: number): Promise<void> {
  const limit = String(Math.max(leastMemoryBytes, Math.floor(bytes)));
  if (version === 2) {
    await write(group, "memory.max", limit);
    return writeIfPresent(group, "memory.swap.max", "0");
  }
  // Memory with swap is never allowed to be less than memory alone, so it is opened first.
  await writeIfPresent(group, "memory.memsw.limit_in_bytes", "-1");
  await write(group, "memory.limit_in_bytes", limit);
  await writeIfPresent(group, "memory.memsw.limit_in_bytes", limit);
}

/** A process that waits for a disk is frozen when it is done with that. */
const longestFreezeMs = 10_000;

/**
 * False where the kernel's groups cannot be frozen. "Freezing of the cgroup may take some time": resolves when it
 * has come about. https://docs.kernel.org/admin-guide/cgroup-v2.html#core-interface-files
 */
export async function freezeGroup(group: string, frozen: boolean, wall: Wall): Promise<boolean> {
  const file = join(group, "cgroup.freeze");
  try {
    await access(file);
  } catch {
    // Before Linux 5.2 the file is not there.
    return false;
  }
  await writeFile(file, frozen ? "1" : "0");
  const lateMs = wall.monotonic() + longestFreezeMs;
  const isFrozen = () => field(read(group, "cgroup.events"), "frozen") === 1;
  if (frozen) while (!isFrozen() && wall.monotonic() < lateMs) await pause(wall, 5);
  return true;
}

/** What is in use, less the files that the kernel keeps in memory only as long as nobody needs it; undefined when the group is gone. */
export function readMemoryBytes(group: string, version: 1 | 2): number | undefined {
  const used = read(group, version === 2 ? "memory.current" : "memory.usage_in_bytes");
  if (used === undefined) return undefined;
  const kept = field(
    read(group, "memory.stat"),
    version === 2 ? "inactive_file" : "total_inactive_file",
  );
  return Math.max(0, Number(used) - kept);
}

/** How many processes the kernel ended because the group's memory was full. */
export function readMemoryKills(group: string, version: 1 | 2): number {
  return field(read(group, version === 2 ? "memory.events" : "memory.oom_control"), "oom_kill");
}

function write(group: string, file: string, value: string): Promise<void> {
  return writeFile(join(group, file), value);
}

async function writeIfPresent(group: string, file: string, value: string): Promise<void> {
  try {
    await access(join(group, file));
  } catch {
    // A kernel that does not account for swap: there is nothing to say.
    return;
  }
  await write(group, file, value);
}

function read(group: string, file: string): string | undefined {
  try {
    return readFileSync(join(group, file), "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ENODEV"].includes(code)) return undefined;
    throw error;
  }
}

/** "name 12" on a line of its own; 0 when there is none. */
function field(text: string | undefined, name: string): number {
  const line = text?.split("\n").find((one) => one.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}
