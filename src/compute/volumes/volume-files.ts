/**
 * Volumes as sparse files of a directory, and their snapshots. A volume's size is the file's, and so
 * a machine that has it as a block device cannot write beyond it.
 */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { copyFile, mkdir, open, rename, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Log } from "#runtime/log.ts";
import type { Wall } from "#runtime/clock.ts";
import { fileName } from "../file-name.ts";
import { createSerial } from "../serially.ts";
import { createBlockStore } from "./block-store.ts";
import {
  closeLoopDevice,
  findLoopDevice,
  flushLoopDevice,
  growLoopDevice,
  listLoopDevices,
  openLoopDevice,
  readDeviceStatistics,
  whyNoLoopDevices,
  type LoopDevice,
} from "./loop-devices.ts";
import { runOverMerged } from "./merged-layers.ts";
import type { VolumeObservation, VolumeSpec } from "./volume-driver.ts";

const run = promisify(execFile);

const sectorBytes = 512;

export type Still = <T>(work: () => Promise<T>) => Promise<T>;

export interface VolumeFiles {
  /** Why there are no block devices over the files; undefined where there are. */
  lacking(): Promise<string | undefined>;
  /** `trees` are the directories of a root volume's files, newest first, where `from` names one. */
  create(spec: VolumeSpec, trees?: readonly string[]): Promise<void>;
  grow(id: string, sizeBytes: number): Promise<void>;
  delete(id: string): Promise<void>;
  /** The volume's block device. Rejects when there is no such volume, or no device to be had. */
  open(id: string): Promise<LoopDevice>;
  close(id: string): Promise<void>;
  /** Its device while it has one. */
  device(id: string): Promise<LoopDevice | undefined>;
  hasSnapshot(snapshotId: string): Promise<boolean>;
  /** `still` does work while nothing is written to the volume. */
  snapshot(
    id: string,
    snapshotId: string,
    progress?: (part: number) => void,
    still?: Still,
  ): Promise<{ sizeBytes: number; addedBytes: number }>;
  deleteSnapshot(snapshotId: string): Promise<void>;
  /** Copies the files of the snapshot's file system into a new directory, all of them or none. */
  unpackSnapshot(snapshotId: string, to: string): Promise<void>;
  measure(id: string): Promise<VolumeObservation | undefined>;
  /** Takes away the devices of volumes that are in no running machine. */
  sweep(inUse: ReadonlySet<string>): Promise<void>;
}

export function createVolumeFiles(
  /** Without symbolic links in it, as the kernel tells it. */
  directory: string,
  { wall, log }: { wall: Wall; log: Log },
): VolumeFiles {
  const blocks = createBlockStore(directory);
  /** One volume's steps run one after the other, and so do those of the blocks. */
  const serially = createSerial();
  const blockSteps = "/blocks";
  const pathOf = (id: string) => join(directory, `${fileName(id)}.img`);
  let lacking: Promise<string | undefined> | undefined;

  return {
    lacking: () => (lacking ??= whyNoLoopDevices(directory, wall)),

    create: ({ id, sizeBytes, from }, trees) =>
      serially(id, async () => {
        const path = pathOf(id);
        if (await exists(path)) return;
        await mkdir(directory, { recursive: true });
        const beside = `${path}.new`;
        await rm(beside, { force: true });
        const handle = await open(beside, "w");
        await handle.truncate(sizeBytes);
        await handle.close();
        // What a root volume's directory holds becomes a file system, as it is on AWS.
        if (trees !== undefined)
          await runOverMerged(
            trees,
            `${path}.merged`,
            'mkfs.ext4 -q -F -E root_owner=0:0 -d "$1" "$2"',
            beside,
          );
        else if (from !== undefined) await serially(blockSteps, () => blocks.restore(from, beside));
        await rename(beside, path);
      }),

    grow: (id, sizeBytes) =>
      serially(id, async () => {
        const path = pathOf(id);
        const found = await stat(path).catch(unlessMissing);
        if (!found || found.size >= sizeBytes) return;
        await truncate(path, sizeBytes);
        const device = await findLoopDevice(path);
        if (device) await growLoopDevice(device);
      }),

    delete: (id) =>
      serially(id, async () => {
        await closeLoopDevice(pathOf(id));
        await rm(pathOf(id), { force: true });
        await rm(`${pathOf(id)}.new`, { force: true });
      }),

    open: (id) =>
      serially(id, async () => {
        if (!(await exists(pathOf(id)))) throw new Error(`there is no volume ${id}`);
        return openLoopDevice(pathOf(id), wall);
      }),
    close: (id) => serially(id, () => closeLoopDevice(pathOf(id))),
    device: (id) => findLoopDevice(pathOf(id)),

    hasSnapshot: (snapshotId) => blocks.has(snapshotId),
    snapshot: (id, snapshotId, progress, still = (work) => work()) =>
      serially(id, async () => {
        const path = pathOf(id);
        if (!(await exists(path))) throw new Error(`there is no volume ${id}`);
        const clone = pathOf(`.capturing-${snapshotId}`);
        const capture = (file: string) =>
          serially(blockSteps, () => blocks.capture(file, snapshotId, progress));
        try {
          const captured = await still(async () => {
            const device = await findLoopDevice(path);
            if (device) await flushLoopDevice(device);
            return (await isCloned(path, clone)) ? undefined : capture(path);
          });
          return captured ?? (await capture(clone));
        } finally {
          await rm(clone, { force: true });
        }
      }),
    async unpackSnapshot(snapshotId, to) {
      const file = pathOf(`.unpacking-${snapshotId}`);
      const beside = `${to}.new`;
      await rm(beside, { recursive: true, force: true });
      await mkdir(`${beside}/mount`, { recursive: true });
      try {
        await serially(blockSteps, async () => {
          const handle = await open(file, "w");
          await handle.truncate(await blocks.sizeBytes(snapshotId));
          await handle.close();
          await blocks.restore(snapshotId, file);
        });
        // In a mount name space of its own, the mount and its device go with the process, however it ends.
        const script =
          'mount -o ro,loop "$1" "$2/mount" && cp -a "$2/mount" "$2/root" && umount "$2/mount"';
        await run("unshare", ["--mount", "/bin/sh", "-c", script, "sh", file, beside]);
        await rename(`${beside}/root`, to);
      } finally {
        await rm(file, { force: true });
        await rm(beside, { recursive: true, force: true });
      }
    },
    deleteSnapshot: (snapshotId) => serially(blockSteps, () => blocks.remove(snapshotId)),

    async measure(id) {
      const device = await findLoopDevice(pathOf(id));
      const counts = device && (await readDeviceStatistics(device.name));
      return counts && observationOf(counts, wall.monotonic());
    },

    async sweep(inUse) {
      const used = new Set([...inUse].map(pathOf));
      for (const { file, path } of await listLoopDevices(directory)) {
        if (used.has(file)) continue;
        log.info("a volume's device was left behind", { device: path, file });
        await closeLoopDevice(file);
      }
    },
  };
}

/** The kernel counts sectors of 512 bytes and milliseconds. https://docs.kernel.org/block/stat.html */
function observationOf(counts: readonly number[], measuredMs: number): VolumeObservation {
  const [readOps, , readSectors, readMs, writeOps, , writeSectors, writeMs, inFlight, busyMs] =
    counts.map((count) => count || 0);
  return {
    measuredMs,
    readOps: readOps!,
    writeOps: writeOps!,
    readBytes: readSectors! * sectorBytes,
    writeBytes: writeSectors! * sectorBytes,
    readSeconds: readMs! / 1000,
    writeSeconds: writeMs! / 1000,
    busySeconds: busyMs! / 1000,
    queueLength: inFlight!,
  };
}

/** Where files can share their blocks, a moment's bytes are had in a moment; elsewhere false. */
async function isCloned(file: string, clone: string): Promise<boolean> {
  try {
    await copyFile(file, clone, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOTSUP", "EOPNOTSUPP", "ENOSYS", "ENOTTY", "EXDEV", "EINVAL"].includes(code))
      return false;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(unlessMissing)) !== undefined;
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
