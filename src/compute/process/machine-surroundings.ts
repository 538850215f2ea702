/** What a machine of the process driver stands in, and what its next start may change of it. */
import type { Wall } from "#runtime/clock.ts";
import type { Log } from "#runtime/log.ts";
import type { MachineSpec } from "../driver.ts";
import type { VolumeFiles } from "../volumes/volume-files.ts";
import type { Isolation } from "./isolation.ts";
import type { PacketGuard } from "./packet-filter/packet-guard.ts";
import type { ProcessCensus } from "./process-census.ts";

export type MachineChanges = Partial<
  Pick<MachineSpec, "cpus" | "memoryBytes" | "hostname" | "environment" | "volumes">
>;

export interface MachineSurroundings {
  wall: Wall;
  log: Log;
  isolation: Isolation;
  guard: PacketGuard;
  census: ProcessCensus;
  volumeFiles: VolumeFiles;
  /** True where machines end with Fogbank. */
  passing: boolean;
  pageBytes: number;
  /** The machine's state changed by itself. */
  changed(id: string): void;
}
