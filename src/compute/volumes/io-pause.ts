/**
 * Lets the input and output of a block device stand still: the kernel holds it back for groups of
 * processes, and one byte a second is as good as none. What waits goes on when the limit is lifted.
 * https://docs.kernel.org/admin-guide/cgroup-v1/blkio-controller.html, cgroup-v2.html#io-interface-files
 */
import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ImpossibleImpairment } from "../driver.ts";
import type { LoopDevice } from "./loop-devices.ts";

const files = ["blkio.throttle.read_bps_device", "blkio.throttle.write_bps_device"] as const;

/** What a process does with the device, and what the kernel writes back for it. Throws ImpossibleImpairment. */
export async function pauseIo(pid: number, device: LoopDevice, paused: boolean): Promise<void> {
  const { blkio, unified } = await mountPoints();
  const groups = await readFile(`/proc/${pid}/cgroup`, "utf8");
  if (blkio !== undefined) {
    const own = join(blkio, pathIn(groups, "blkio") ?? "/");
    for (const group of new Set([blkio, own])) await limit(group, device, paused);
    return;
  }
  // In version 2 what is written back counts for the group that wrote it, so its own limit holds all.
  const group = unified && join(unified, pathIn(groups, "") ?? "/");
  const file = group && join(group, "io.max");
  if (file === undefined || !(await exists(file)))
    throw new ImpossibleImpairment(
      "this host limits no machine's input and output: the kernel's io controller is not passed on to its group",
    );
  const limits = paused ? "rbps=1 wbps=1 riops=1 wiops=1" : "rbps=max wbps=max riops=max wiops=max";
  await writeFile(file, `${device.major}:${device.minor} ${limits}`);
}

/** A device that is made anew must not have the limits of another file that had its number. */
export async function liftPause(device: LoopDevice): Promise<void> {
  const { blkio } = await mountPoints();
  if (blkio === undefined) return;
  const own = join(blkio, pathIn(await readFile("/proc/self/cgroup", "utf8"), "blkio") ?? "/");
  for (const group of new Set([blkio, own])) await limit(group, device, false);
}

async function limit(group: string, { major, minor }: LoopDevice, paused: boolean): Promise<void> {
  for (const name of files) {
    const file = join(group, name);
    const present = await readFile(file, "utf8").catch(unlessMissing);
    if (present === undefined) {
      if (paused) throw new ImpossibleImpairment("this host's kernel limits no device's I/O");
      continue;
    }
    const limited = present.split("\n").some((line) => line.startsWith(`${major}:${minor} `));
    if (limited !== paused) await writeFile(file, `${major}:${minor} ${paused ? 1 : 0}`);
  }
}

async function mountPoints(): Promise<{ blkio: string | undefined; unified: string | undefined }> {
  const found = {
    blkio: undefined as string | undefined,
    unified: undefined as string | undefined,
  };
  for (const line of (await readFile("/proc/self/mountinfo", "utf8")).split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const point = before.split(" ")[4];
    const [type, , options = ""] = after.split(" ");
    if (type === "cgroup2") found.unified ??= point;
    if (type === "cgroup" && options.split(",").includes("blkio")) found.blkio ??= point;
  }
  return found;
}

/** A process's group in the tree with that controller; "" names the tree of version 2. */
function pathIn(groups: string, controller: string): string | undefined {
  for (const line of groups.split("\n")) {
    const [, names = "", ...path] = line.split(":");
    if (names.split(",").includes(controller)) return path.join(":");
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
