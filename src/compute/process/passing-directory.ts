/**
 * Where a cloud that keeps nothing has its machines: a directory for temporary files that names its
 * owner, so that the next cloud can take away what a killed one left behind.
 */
import { mkdir, readFile, readdir, realpath, writeFile } from "node:fs/promises";
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

/** A new one for this process; those of ended clouds are removed meanwhile. */
export async function openPassingDirectory(log: Log): Promise<string> {
  const directory = await makePassingDirectory(tmpdir());
  void sweepPassingDirectories(tmpdir()).then(
    (swept) => swept.length > 0 && log.info("directories of ended clouds were removed", { swept }),
    (error: unknown) => log.warn("directories of ended clouds stay behind", { error }),
  );
  return directory;
}

export function ownerOf(pid: number): Owner {
  return {
    pid,
    startTicks: readProcess(pid)?.startTicks,
    hostBootId: hostBootId(),
    namespace: pidNamespace(pid),
  };
}

/** Removes the directories of clouds whose process is gone; gives their paths. */
export async function sweepPassingDirectories(parent: string): Promise<string[]> {
  const swept: string[] = [];
  for (const name of await readdir(parent)) {
    if (!pattern.test(name)) continue;
    const directory = join(parent, name);
    const owner = await readOwner(directory);
    if (owner === undefined || !isGone(owner)) continue;
    for (const { file } of await listLoopDevices(await realpath(directory)))
      await closeLoopDevice(file);
    await removeTree(directory);
    swept.push(directory);
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

/** Undefined for a directory that is being made, is another user's, or is none of ours. */
async function readOwner(directory: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, ownerFile), "utf8")) as Owner;
  } catch {
    return undefined;
  }
}
