/** The process driver's volumes: files of the data directory, loop devices in machines. */
import { ImpossibleImpairment } from "../driver.ts";
import { pauseIo } from "../volumes/io-pause.ts";
import type { Serial } from "../serially.ts";
import type { VolumeDriver } from "../volumes/volume-driver.ts";
import type { VolumeFiles } from "../volumes/volume-files.ts";
import type { Machine } from "./machine.ts";
import type { MachineSurroundings } from "./machine-surroundings.ts";

export function createMachineVolumes({
  files,
  machines,
  serially,
  imageTrees,
  treesOf,
  surroundings,
}: {
  files: VolumeFiles;
  machines: ReadonlyMap<string, Machine>;
  /** Runs one machine's steps one after the other. */
  serially: Serial;
  /** The directories of an image's root volume, newest first; undefined when there is no such image. */
  imageTrees: (imageId: string) => Promise<string[] | undefined>;
  /** Those of a machine's. */
  treesOf: (machine: Machine) => string[];
  surroundings: () => Promise<MachineSurroundings>;
}): VolumeDriver {
  const known = (id: string): Machine => {
    const machine = machines.get(id);
    if (!machine) throw new Error(`there is no machine ${id}`);
    return machine;
  };
  const holderOf = (volumeId: string) =>
    [...machines.values()].find(
      ({ running, record }) => running && record.disks?.some((disk) => disk.volumeId === volumeId),
    );

  return {
    async lacking() {
      const { isolation } = await surroundings();
      return isolation.level === "directory"
        ? `machines have no root of their own: ${isolation.reason}`
        : files.lacking();
    },
    async create(spec) {
      const { from, fromRootOf } = spec;
      const trees =
        fromRootOf !== undefined
          ? treesOf(known(fromRootOf))
          : from === undefined || (await files.hasSnapshot(from))
            ? undefined
            : await imageTrees(from);
      await files.create(spec, trees);
    },
    grow: (id, sizeBytes) => files.grow(id, sizeBytes),
    async delete(id) {
      const holder = holderOf(id);
      if (holder) throw new Error(`volume ${id} is in machine ${holder.id}`);
      await files.delete(id);
    },
    attach: (machineId, volume) => serially(machineId, () => known(machineId).attach(volume)),
    detach: (machineId, volumeId, { force = false } = {}) =>
      serially(machineId, async () => {
        const machine = machines.get(machineId);
        return machine ? machine.detach(volumeId, force) : "detached";
      }),
    async snapshot(id, snapshotId, progress) {
      const holder = holderOf(id);
      if (!holder) return files.snapshot(id, snapshotId, progress);
      return serially(holder.id, () =>
        files.snapshot(id, snapshotId, progress, (work) => holder.whileStill(id, work)),
      );
    },
    deleteSnapshot: (snapshotId) => files.deleteSnapshot(snapshotId),
    async impair(id, { paused }) {
      const supervisor = holderOf(id)?.record.supervisor;
      const device = await files.device(id);
      if (supervisor && device) return pauseIo(supervisor.pid, device, paused);
      const reason = await this.lacking();
      if (paused && reason !== undefined) throw new ImpossibleImpairment(reason);
    },
    measure: async (id) => (holderOf(id) ? files.measure(id) : undefined),
  };
}
