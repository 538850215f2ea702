/** Volumes of simulated machines: their sizes, and what they started from; nothing is stored. */
import { ImpossibleImpairment } from "../driver.ts";
import type { VolumeDriver } from "../volumes/volume-driver.ts";

export function createSimulatedVolumes(machines: {
  has(id: string): boolean;
}): VolumeDriver & { forget(machineId: string): void } {
  const volumes = new Map<string, { sizeBytes: number; machineId?: string }>();
  return {
    lacking: async () => "simulated machines have no disks",
    async create({ id, sizeBytes }) {
      if (!volumes.has(id)) volumes.set(id, { sizeBytes });
    },
    async grow(id, sizeBytes) {
      const volume = volumes.get(id);
      if (volume) volume.sizeBytes = Math.max(volume.sizeBytes, sizeBytes);
    },
    async delete(id) {
      volumes.delete(id);
    },
    async attach(machineId, { volumeId }) {
      if (!machines.has(machineId)) throw new Error(`there is no machine ${machineId}`);
      const volume = volumes.get(volumeId);
      if (!volume) throw new Error(`there is no volume ${volumeId}`);
      volume.machineId = machineId;
    },
    async detach(_machineId, volumeId) {
      delete volumes.get(volumeId)?.machineId;
      return "detached";
    },
    async snapshot(id) {
      if (!volumes.has(id)) throw new Error(`there is no volume ${id}`);
      // Nobody has written to it.
      return { sizeBytes: 0, addedBytes: 0 };
    },
    async deleteSnapshot() {},
    async impair(_id, { paused }) {
      if (paused) throw new ImpossibleImpairment("simulated machines have no disks");
    },
    measure: async () => undefined,
    forget(machineId) {
      for (const volume of volumes.values())
        if (volume.machineId === machineId) delete volume.machineId;
    },
  };
}
