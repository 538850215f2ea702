/**
 * The interface of volumes: block storage besides a machine's root, with a life of its own. A driver
 * keeps their bytes, shows them to machines as disks, and captures and restores them.
 */

/** A volume as a machine finds it. */
export interface MachineVolume {
  volumeId: string;
  /** The name that the cloud's user gave it on this machine: "/dev/sdf", "xvdf". */
  deviceName: string;
}

export interface VolumeSpec {
  id: string;
  sizeBytes: number;
  /** The snapshot, or the image, whose bytes it starts with; undefined for an empty one. */
  from?: string | undefined;
  /** The machine of whose root volume it becomes a copy, as a file system. */
  fromRootOf?: string;
}

/** What a volume did since some moment in the past, always growing; compare two. */
export interface VolumeObservation {
  /** When it was measured, in milliseconds of the time that the times below count. */
  measuredMs: number;
  readOps: number;
  writeOps: number;
  readBytes: number;
  writeBytes: number;
  /** Summed over all operations. */
  readSeconds: number;
  writeSeconds: number;
  /** During which at least one operation was under way. */
  busySeconds: number;
  /** Operations under way at this moment. */
  queueLength: number;
}

export interface VolumeDriver {
  /**
   * Why volumes do not show as disks in machines here, though their bytes are kept; undefined where
   * they do.
   */
  lacking(): Promise<string | undefined>;
  /** Makes it with its bytes. Doing it twice changes nothing. Rejects when there is no such `from`. */
  create(spec: VolumeSpec): Promise<void>;
  /** Gives it more room, which a running machine sees at once. Never takes any away. */
  grow(id: string, sizeBytes: number): Promise<void>;
  /** No error when it is gone already. Rejects while a running machine has it. */
  delete(id: string): Promise<void>;
  /** Shows it in the machine as a disk, now if it runs, and at every boot. Twice changes nothing. */
  attach(machineId: string, volume: MachineVolume): Promise<void>;
  /**
   * Takes it from the machine. "busy" while the machine has it mounted and is not forced; with
   * `force` it is unmounted from under the machine's programs.
   */
  detach(
    machineId: string,
    volumeId: string,
    options?: { force?: boolean },
  ): Promise<"detached" | "busy">;
  /**
   * Captures the volume's bytes as they are at this moment; file systems that a machine has mounted
   * are whole in it. `addedBytes` are those that no earlier snapshot had. `progress` hears of the
   * part that is done, 0 to 1.
   */
  snapshot(
    id: string,
    snapshotId: string,
    progress?: (part: number) => void,
  ): Promise<{ sizeBytes: number; addedBytes: number }>;
  /** What other snapshots need stays. No error when it is gone already. */
  deleteSnapshot(snapshotId: string): Promise<void>;
  /**
   * Lets the volume's input and output stand still, or go on, in the running machine that has it and
   * until that ends. Rejects with ImpossibleImpairment where that cannot be done.
   */
  impair(id: string, impairment: { paused: boolean }): Promise<void>;
  /** Undefined where nothing counts it, or the volume is in no running machine. */
  measure(id: string): Promise<VolumeObservation | undefined>;
}
