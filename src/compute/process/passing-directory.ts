/**
 * Where a cloud that keeps nothing has its machines: a directory for temporary files that names its
 * owner, so that the next cloud can take away what a killed one left behind.
 */
import { mkdir, readFile, readdir, realpath, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "#runtime/log.ts";
import { createSystemRandom } from "#runtime/random.ts";
import { closeLoopDevice, listLoopDevices } from "../volumes/loop-devices.ts";
import { removeTree } from "./disk.ts";
import { hostBootId, isAlive, pidNamespace, readProcess } from "./process-table.ts";

export interface Owner {
  pid: number;
  /** Undefined without /proc, where the number alone must do. */
  startTicks?: number | undefined;
  hostBootId: string;
  namespace: string | undefined;
}

const ownerFile = "owner.json";
const pattern = /^fogbank-[0-9a-f]{12}$/;

/** Makes a new directory below the given one. Never with the cloud's own random: two clouds of one seed must not share it. */
export async function makePassingDirectory(parent: string): Promise<string> {
  const directory = join(parent, `fogbank-${createSystemRandom().hex(12)}`);
  // Machines without a root of their own run as a user who must get at theirs.
  await mkdir(directory, { mode: 0o711 });
  await writeFile(join(directory, ownerFile), JSON.stringify(ownerOf(process.pid)));
  return directory;
}

/** A new one for this process, among the host's temporary files. */
export const openPassingDirectory = (): Promise<string> => makePassingDirectory(tmpdir());

/** Removes, while others go on, what clouds left in the host's temporary files whose process is gone. */
export async function sweepEndedClouds(log: Log): Promise<void> {
  const warn = (directory: string, error: unknown) =>
    log.warn("what an ended cloud left stays behind", { directory, error });
  try {
    const swept = await sweepPassingDirectories(tmpdir(), warn);
    if (swept.length > 0) log.info("directories of ended clouds were removed", { swept });
  } catch (error) {
    warn(tmpdir(), error);
  }
}

export function ownerOf(pid: number): Owner {
  return {
    pid,
    startTicks: readProcess(pid)?.startTicks,
    hostBootId: hostBootId(),
    namespace: pidNamespace(pid),
  };
}

/** Removes the directories of clouds whose process is gone; gives their paths. One that cannot go keeps no other. */
export async function sweepPassingDirectories(
  parent: string,
  onError: (directory: string, error: unknown) => void,
): Promise<string[]> {
  const swept: string[] = [];
  for (const name of await readdir(parent)) {
    if (!pattern.test(name)) continue;
    const directory = join(parent, name);
    const owner = await readOwner(directory);
    if (owner === undefined || !isGone(owner)) continue;
    try {
      if (!(await mayRemove(directory))) continue;
      for (const { file } of await listLoopDevices(await realpath(directory)))
        await closeLoopDevice(file);
      await removeTree(directory);
      swept.push(directory);
    } catch (error) {
      // Somebody else who started now removes it as well.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") onError(directory, error);
    }
  }
  return swept;
}

export function isGone(owner: Owner): boolean {
  if (owner.hostBootId !== hostBootId()) return true;
  // A container's process numbers say nothing outside of it, though it may share the directory.
  if (owner.namespace !== pidNamespace(process.pid)) return false;
  if (owner.startTicks !== undefined)
    return !isAlive({ pid: owner.pid, startTicks: owner.startTicks });
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Another user's goes when that user starts Fogbank again, or root does. */
async function mayRemove(directory: string): Promise<boolean> {
  const uid = process.getuid?.();
  return uid === undefined || uid === 0 || (await stat(directory)).uid === uid;
}

/** Undefined for a directory that is being made, or is none of ours. */
async function readOwner(directory: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, ownerFile), "utf8")) as Owner;
  } catch {
    return undefined;
  }
}
