/** What the driver remembers of a machine on disk, so that the next Fogbank finds it again. */
import { readFileSync } from "node:fs";
import { mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MachineSpec, MachineState } from "../driver.ts";
import type { Disk } from "../volumes/disk.ts";
import { exists } from "./disk.ts";
import type { MachineGroups } from "./control-groups/control-groups.ts";
import type { NetworkBytes } from "./own-address/byte-counter.ts";
import type { IsolationLevel } from "./isolation.ts";
import { parseStat, type ProcessIdentity } from "./process-table.ts";

export type MachinePhase =
  | "pending"
  | "running"
  | "stopping"
  | "stopped"
  | "failed"
  | "terminating";

export function stateOf(phase: MachinePhase): MachineState {
  return phase === "terminating" ? "stopping" : phase;
}

export interface MachineRecord {
  version: 1;
  spec: Omit<MachineSpec, "userData">;
  phase: MachinePhase;
  /** The address by which the machine is reached, and that it finds in $HOST. */
  host: string;
  isolation: IsolationLevel;
  /** The machine's init process while it has one. */
  supervisor?: ProcessIdentity;
  /** What holds init's namespaces open: init's parent. */
  launcher?: ProcessIdentity;
  /** The control groups that its processes are in. */
  groups?: MachineGroups | undefined;
  /** Whether servers on all addresses are bound to the machine's own. */
  ownAddress?: boolean;
  /** The host's boot in which those numbers mean something. */
  hostBootId?: string;
  /** The kernel's map in which this boot's network bytes are counted. */
  networkMap?: number | undefined;
  /** Network bytes of the boots before this one; undefined where they are not counted. */
  networkBytes?: NetworkBytes;
  /** The layers that show through its root volume, newest first. */
  layers?: string[];
  /** Its volumes besides the root. */
  disks?: Disk[];
  /** Processor time of the boots before this one. */
  cpuSeconds: number;
  boots: number;
  reason?: string;
}

/** Where a machine's files are. */
export interface MachineLayout {
  directory: string;
  /** The root volume: all that the machine wrote. */
  root: string;
  /** Overlay file systems' own working directories; nothing of value. */
  work: string;
  /** Where the machine's root is put together; empty outside the machine. */
  mount: string;
  /** What init runs, and which steps it has done. */
  boot: string;
  console: string;
  state: string;
  supervisor: string;
  userData: string;
}

export function machineLayout(directory: string): MachineLayout {
  return {
    directory,
    root: join(directory, "root"),
    work: join(directory, "work"),
    mount: join(directory, "mount"),
    boot: join(directory, "boot"),
    console: join(directory, "console.log"),
    state: join(directory, "state.json"),
    supervisor: join(directory, "boot", "supervisor"),
    userData: join(directory, "user-data"),
  };
}

/** Written beside and renamed, so that a reader finds the old record or the new one. */
export async function writeRecord(layout: MachineLayout, record: MachineRecord): Promise<void> {
  await mkdir(layout.directory, { recursive: true });
  const beside = `${layout.state}.new`;
  await writeFile(beside, JSON.stringify(record, undefined, 2));
  await rename(beside, layout.state);
}

/** Every machine below the directory; a directory without a readable record is left out. */
export async function readRecords(
  machinesDirectory: string,
): Promise<{ layout: MachineLayout; record: MachineRecord }[]> {
  const found: { layout: MachineLayout; record: MachineRecord }[] = [];
  for (const name of await namesIn(machinesDirectory)) {
    const layout = machineLayout(join(machinesDirectory, name));
    const text = await readFile(layout.state, "utf8").catch(() => undefined);
    if (text !== undefined) found.push({ layout, record: JSON.parse(text) as MachineRecord });
  }
  return found;
}

/** Directories of machines whose removal was cut short: the record goes first, the rest is of no use. */
export async function findRemains(machinesDirectory: string): Promise<string[]> {
  const remains: string[] = [];
  for (const name of await namesIn(machinesDirectory)) {
    const { directory, state } = machineLayout(join(machinesDirectory, name));
    if (!(await exists(state))) remains.push(directory);
  }
  return remains;
}

/** What init wrote of itself when it came up. */
export function readSupervisor(layout: MachineLayout): ProcessIdentity | undefined {
  try {
    const stat = parseStat(readFileSync(layout.supervisor, "latin1"));
    return stat && { pid: stat.pid, startTicks: stat.startTicks };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
