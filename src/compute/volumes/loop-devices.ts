/**
 * Files as block devices of this host, by Linux's loop driver. What is there is read from the kernel,
 * never remembered, so that devices of an earlier Fogbank are found again.
 * https://man7.org/linux/man-pages/man4/loop.4.html
 */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { mkdir, open, readFile, readdir, rm } from "node:fs/promises";
import { join, sep } from "node:path";
import { promisify } from "node:util";
import type { Wall } from "#runtime/clock.ts";
import { pause } from "../pause.ts";
import { liftPause } from "./io-pause.ts";

const run = promisify(execFile);

/** How long a device may take to vanish that its last user has let go of. */
const vanishTimeoutMs = 10_000;
const pollMs = 20;

export interface LoopDevice {
  /** "/dev/loop3" */
  path: string;
  /** "loop3" */
  name: string;
  major: number;
  minor: number;
  file: string;
  /** It vanishes by itself when its last user lets go of it. */
  vanishes: boolean;
}

/** Every device over a file in the directory; all there are without one. */
export async function listLoopDevices(directory?: string): Promise<LoopDevice[]> {
  const found: LoopDevice[] = [];
  for (const name of await readdir("/sys/block").catch(() => [])) {
    if (!name.startsWith("loop")) continue;
    const file = await fact(name, "loop/backing_file");
    if (file === undefined) continue;
    if (directory !== undefined && !file.startsWith(directory + sep)) continue;
    const [major, minor] = ((await fact(name, "dev")) ?? "").split(":").map(Number);
    if (major === undefined || minor === undefined) continue;
    const vanishes = (await fact(name, "loop/autoclear")) === "1";
    // The kernel marks files that were deleted meanwhile.
    const path = file.replace(/ \(deleted\)$/, "");
    found.push({ path: `/dev/${name}`, name, major, minor, file: path, vanishes });
  }
  return found;
}

export async function findLoopDevice(file: string): Promise<LoopDevice | undefined> {
  return (await listLoopDevices()).find((device) => device.file === file);
}

/** The file's device, made if there is none. Callers see to it that one file is opened once at a time. */
export async function openLoopDevice(file: string, wall: Wall): Promise<LoopDevice> {
  const deadline = wall.monotonic() + vanishTimeoutMs;
  for (;;) {
    const present = await findLoopDevice(file);
    if (present && !present.vanishes) return present;
    if (!present) break;
    // Two devices over one file would each have their own idea of its bytes.
    if (wall.monotonic() > deadline)
      throw new Error(`${present.path} over ${file} is still held by a process`);
    await pause(wall, pollMs);
  }
  await run("losetup", ["--find", file]);
  const made = await findLoopDevice(file);
  if (!made) throw new Error(`losetup made no device over ${file}`);
  await liftPause(made);
  return made;
}

/** The device goes with its last user; no error when it is gone already. */
export async function closeLoopDevice(file: string): Promise<void> {
  const device = await findLoopDevice(file);
  if (!device || device.vanishes) return;
  await run("losetup", ["--detach", device.path]).catch(async (error: unknown) => {
    const now = await findLoopDevice(file);
    if (now && !now.vanishes) throw error;
  });
}

/** Lets the device have the size that its file has now. */
export async function growLoopDevice({ path }: LoopDevice): Promise<void> {
  await run("losetup", ["--set-capacity", path]);
}

/** Whether somebody has the device to himself: a mounted file system, swap, a volume group. */
export async function isClaimed({ path }: LoopDevice): Promise<boolean> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_EXCL);
    await handle.close();
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EBUSY") return true;
    throw error;
  }
}

/** Writes to the file what the kernel still holds of what was written to the device. */
export async function flushLoopDevice({ path }: LoopDevice): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Undefined where devices can be made over files of this directory; else what stands in the way. */
export async function whyNoLoopDevices(directory: string, wall: Wall): Promise<string | undefined> {
  if (process.platform !== "linux") return `${process.platform} has no loop devices`;
  if (process.getuid?.() !== 0) return "only root may make loop devices";
  await mkdir(directory, { recursive: true });
  const file = join(directory, `.probe-${process.pid}`);
  try {
    const handle = await open(file, "w");
    await handle.truncate(1024 * 1024);
    await handle.close();
    await openLoopDevice(file, wall);
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return `this host makes no loop devices (${(stderr || message).trim().split("\n")[0]})`;
  } finally {
    await closeLoopDevice(file);
    await rm(file, { force: true });
  }
}

/** Undefined when the device, or what is asked of it, is not there. */
async function fact(name: string, path: string): Promise<string | undefined> {
  try {
    return (await readFile(join("/sys/block", name, path), "utf8")).trim();
  } catch (error) {
    if (["ENOENT", "ENODEV", "ENXIO"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return undefined;
    throw error;
  }
}

/** The kernel's counts of a device. https://docs.kernel.org/block/stat.html */
export async function readDeviceStatistics(name: string): Promise<number[] | undefined> {
  const text = await fact(name, "stat");
  return text?.split(/\s+/).map(Number);
}
