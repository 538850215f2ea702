/**
 * The Docker driver's volumes: files of the data directory. Where Fogbank is root on its engine's
 * host, they are block devices in the container; a container may use them and not mount them, as it
 * has not the right to mount anything.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "#runtime/log.ts";
import { ImpossibleImpairment } from "../driver.ts";
import { pauseIo } from "../volumes/io-pause.ts";
import type { Serial } from "../serially.ts";
import { hideDisk, numberDisks, showDisk, type Disk } from "../volumes/disk.ts";
import type { MachineVolume, VolumeDriver } from "../volumes/volume-driver.ts";
import type { VolumeFiles } from "../volumes/volume-files.ts";
import type { DockerMachine } from "./machine.ts";

/** Loop devices may be used, and not made: those that the driver shows are the container's own. */
export const loopDeviceRules = ["b 7:* rw"];

export interface ContainerVolumes extends VolumeDriver {
  /** Makes the devices of a machine that has just started, or was found running. */
  showAll(machine: DockerMachine): Promise<void>;
  /** The machine has ended: nobody needs its devices any more. */
  release(disks: readonly Disk[] | undefined): Promise<void>;
  /** Goes on with what an earlier Fogbank left in the directory, if it had volumes. */
  resume(dataDir: string): Promise<void>;
}

export function createContainerVolumes({
  files,
  machines,
  serially,
  log,
}: {
  files: () => Promise<VolumeFiles>;
  machines: ReadonlyMap<string, DockerMachine>;
  /** Runs one machine's steps one after the other. */
  serially: Serial;
  log: Log;
}): ContainerVolumes {
  const known = (id: string): DockerMachine => {
    const machine = machines.get(id);
    if (!machine) throw new Error(`there is no machine ${id}`);
    return machine;
  };
  const holderOf = (volumeId: string) =>
    [...machines.values()].find(
      ({ state, record }) =>
        state === "running" && record.disks?.some((disk) => disk.volumeId === volumeId),
    );
  const lacking = async () => (await files()).lacking();
  const show = async (machine: DockerMachine, disk: Disk) => {
    const reason = await lacking();
    const pid = reason === undefined ? await machine.hostPid() : undefined;
    if (pid === undefined)
      return log.warn("a machine does not see its volumes", {
        machine: machine.id,
        reason: reason ?? "its container's processes are not of this host",
      });
    await showDisk(pid, disk, await (await files()).open(disk.volumeId));
  };
  const showAll = async (machine: DockerMachine) => {
    for (const disk of machine.record.disks ?? []) await show(machine, disk);
  };
  const release = async (disks: readonly Disk[] = []) => {
    for (const { volumeId } of disks) await (await files()).close(volumeId);
  };

  return {
    lacking,
    showAll,
    release,
    async resume(dataDir) {
      if (!existsSync(join(dataDir, "volumes"))) return;
      const running = [...machines.values()].filter(({ state }) => state === "running");
      const inUse = running.flatMap(({ record }) => record.disks ?? []);
      await (await files()).sweep(new Set(inUse.map(({ volumeId }) => volumeId)));
      for (const machine of running) await showAll(machine);
    },
    async create(spec) {
      const { from, fromRootOf } = spec;
      if (fromRootOf !== undefined)
        throw new Error(
          `the root of ${fromRootOf} is a container's, of which no volume can be made`,
        );
      if (from !== undefined && !(await (await files()).hasSnapshot(from)))
        throw new Error(
          `the bytes of ${from} are a container image's, of which no volume can be made`,
        );
      await (await files()).create(spec);
    },
    grow: async (id, sizeBytes) => (await files()).grow(id, sizeBytes),
    async delete(id) {
      const holder = holderOf(id);
      if (holder) throw new Error(`volume ${id} is in machine ${holder.id}`);
      await (await files()).delete(id);
    },
    attach: (machineId, volume: MachineVolume) =>
      serially(machineId, async () => {
        const machine = known(machineId);
        const disks = numberDisks([volume], machine.record.disks);
        await machine.remember({ disks });
        if (machine.state !== "running") return;
        await show(
          machine,
          disks.find(({ volumeId }) => volumeId === volume.volumeId)!,
        );
      }),
    detach: (machineId, volumeId, { force = false } = {}) =>
      serially(machineId, async () => {
        const machine = machines.get(machineId);
        const disk = machine?.record.disks?.find((one) => one.volumeId === volumeId);
        if (!machine || !disk) return "detached";
        const device = await (await files()).device(volumeId);
        const pid = device && (await machine.hostPid());
        if (device && pid !== undefined && !(await hideDisk(pid, disk, device, force)))
          return "busy";
        await release([disk]);
        await machine.remember({ disks: machine.record.disks!.filter((one) => one !== disk) });
        return "detached";
      }),
    snapshot: async (...given) => (await files()).snapshot(...given),
    deleteSnapshot: async (snapshotId) => (await files()).deleteSnapshot(snapshotId),
    async impair(id, { paused }) {
      const pid = await holderOf(id)?.hostPid();
      const device = await (await files()).device(id);
      if (pid !== undefined && device) return pauseIo(pid, device, paused);
      const reason = await lacking();
      if (paused && reason !== undefined) throw new ImpossibleImpairment(reason);
    },
    measure: async (id) => (holderOf(id) ? (await files()).measure(id) : undefined),
  };
}
