/**
 * A volume as a block device in a machine's own /dev, named as on an instance: /dev/nvme1n1, with
 * links under the name that the attachment gave. The machine is known by its first process, through
 * which the host gets at the machine's files.
 * https://docs.aws.amazon.com/ebs/latest/userguide/nvme-ebs-volumes.html
 */
import { execFile } from "node:child_process";
import { lstat, mkdir, readFile, readlink, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { isClaimed, type LoopDevice } from "./loop-devices.ts";
import type { MachineVolume } from "./volume-driver.ts";

const run = promisify(execFile);

export interface Disk extends MachineVolume {
  /** 1 is /dev/nvme1n1; the root volume would be 0. */
  index: number;
}

/** With the lowest numbers that are free, in the order given. */
export function numberDisks(
  volumes: readonly MachineVolume[],
  present: readonly Disk[] = [],
): Disk[] {
  const disks: Disk[] = [...present];
  for (const { volumeId, deviceName } of volumes) {
    if (disks.some((disk) => disk.volumeId === volumeId)) continue;
    let index = 1;
    while (disks.some((disk) => disk.index === index)) index++;
    disks.push({ volumeId, deviceName, index });
  }
  return disks;
}

/** Makes the disk's device in a running machine; what is there already stays. */
export async function showDisk(pid: number, disk: Disk, device: LoopDevice): Promise<void> {
  const directory = deviceDirectory(pid);
  await makeNode(join(directory, nodeOf(disk)), device);
  for (const name of linksOf(disk)) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    await symlink(`${"../".repeat(name.split("/").length - 1)}${nodeOf(disk)}`, path);
  }
}

/** False when the machine has it mounted and is not forced to let go. */
export async function hideDisk(
  pid: number,
  disk: Disk,
  device: LoopDevice,
  force: boolean,
): Promise<boolean> {
  if (force)
    for (const point of await mountPoints(pid, device)) {
      await thaw(join("/proc", String(pid), "root", point));
      await run("nsenter", [`--target=${pid}`, "--mount", "--pid", "umount", "-l", point]);
    }
  else if (await isClaimed(device)) return false;
  const directory = deviceDirectory(pid);
  for (const name of linksOf(disk))
    if ((await targetOf(join(directory, name)))?.endsWith(nodeOf(disk)))
      await rm(join(directory, name), { force: true });
  await rm(join(directory, nodeOf(disk)), { force: true });
  return true;
}

/**
 * Does the work while the file systems of the device that the machine has mounted stand still and
 * have all their bytes on it. They go on by themselves should Fogbank be killed meanwhile.
 */
export async function whileStill<T>(
  pid: number,
  device: LoopDevice,
  work: () => Promise<T>,
): Promise<T> {
  // One file system may be mounted at several places; it freezes once.
  const [point] = await mountPoints(pid, device);
  if (point === undefined) return work();
  return freeze(join("/proc", String(pid), "root", point), work);
}

export const nodeOf = ({ index }: Disk) => `nvme${index}n1`;

/** By the name of the attachment, in both spellings, and by the volume's id as udev makes it. */
export function linksOf({ deviceName, volumeId }: Disk): string[] {
  const given = deviceName.replace(/^\/dev\//, "");
  const other = given.startsWith("sd")
    ? given.replace(/^sd/, "xvd")
    : given.replace(/^xvd(?=[a-z]\d*$)/, "sd");
  const byId = `disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
  return [...new Set([given, other, byId])];
}

/** The machine's own /dev, as the host gets at it. */
const deviceDirectory = (pid: number) => `/proc/${pid}/root/dev`;

async function makeNode(path: string, { major, minor }: LoopDevice): Promise<void> {
  const found = await lstat(path).catch(unlessMissing);
  // As the kernel packs the two numbers (makedev(3)).
  const wanted = (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xff) << 12);
  if (found?.isBlockDevice() && found.rdev === wanted) return;
  await rm(path, { force: true });
  await run("mknod", ["-m", "660", path, "b", String(major), String(minor)]);
}

/** Where the machine has mounted the device. https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
async function mountPoints(pid: number, { major, minor }: LoopDevice): Promise<string[]> {
  const text = (await readFile(`/proc/${pid}/mountinfo`, "utf8").catch(unlessMissing)) ?? "";
  return text
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , numbers]) => numbers === `${major}:${minor}`)
    .map(([, , , , point]) =>
      point!.replaceAll(/\\(\d{3})/g, (_all, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    )
    .reverse();
}

/**
 * The shell thaws when its input ends, and that ends with Fogbank at the latest: nothing else that
 * comes of its end, such as an output that nobody reads any more, may keep it from that.
 */
async function freeze<T>(point: string, work: () => Promise<T>): Promise<T> {
  const script = `trap '' PIPE HUP INT TERM
    fsfreeze --freeze "$1" || exit 1
    echo frozen
    read -r line
    fsfreeze --unfreeze "$1"`;
  const { promise: frozen, resolve, reject } = Promise.withResolvers<void>();
  const child = execFile("/bin/sh", ["-c", script, "sh", point]);
  const ended = new Promise<void>((done) => void child.once("close", () => done()));
  let said = "";
  child.stderr!.on("data", (text: string) => (said += text));
  child.stdout!.once("data", () => resolve());
  child.once("error", reject);
  child.once("close", () => reject(new Error(`a file system does not stand still: ${said}`)));
  await frozen;
  try {
    return await work();
  } finally {
    child.stdin!.end();
    await ended;
  }
}

/** Once it is unmounted, nobody could let a file system go on any more that still stands still. */
async function thaw(point: string): Promise<void> {
  await run("fsfreeze", ["--unfreeze", point]).catch((error: Error & { stderr?: string }) => {
    // "Invalid argument": it does not stand still.
    if (!/Invalid argument/.test(error.stderr ?? "")) throw error;
  });
}

async function targetOf(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    // EINVAL: a file of the machine's own under that name.
    if (["ENOENT", "EINVAL"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return undefined;
    throw error;
  }
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
