/** A machine's volumes: which disks it has, opened before it boots and closed once it has ended. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "#runtime/log.ts";
import { hideDisk, linksOf, nodeOf, showDisk, whileStill, type Disk } from "../volumes/disk.ts";
import type { VolumeFiles } from "../volumes/volume-files.ts";
import type { Isolation } from "./isolation.ts";
import type { MachineLayout, MachineRecord } from "./machine-record.ts";

export class Disks {
  readonly #layout: MachineLayout;
  readonly #files: VolumeFiles;
  readonly #isolation: Isolation;
  readonly #log: Log;

  constructor(
    layout: MachineLayout,
    around: { volumeFiles: VolumeFiles; isolation: Isolation; log: Log },
  ) {
    this.#layout = layout;
    this.#files = around.volumeFiles;
    this.#isolation = around.isolation;
    this.#log = around.log;
  }

  /** Opens the devices and tells the next boot of them. */
  async prepare({ spec, disks = [] }: MachineRecord): Promise<void> {
    const lines: string[] = [];
    if (disks.length > 0 && (await this.#hasDevices(spec.id)))
      for (const disk of disks) {
        const { major, minor } = await this.#files.open(disk.volumeId);
        lines.push([nodeOf(disk), major, minor, ...linksOf(disk)].join(" "));
      }
    await writeFile(join(this.#layout.boot, "disks"), lines.map((line) => `${line}\n`).join(""));
  }

  /** Makes the disk's device in the running machine; what is there already stays. */
  async show({ spec, supervisor }: MachineRecord, disk: Disk): Promise<void> {
    if (!supervisor || !(await this.#hasDevices(spec.id))) return;
    await showDisk(supervisor.pid, disk, await this.#files.open(disk.volumeId));
  }

  /** False when the machine has it mounted and is not forced to let go. */
  async hide({ supervisor }: MachineRecord, disk: Disk, force: boolean): Promise<boolean> {
    const device = await this.#files.device(disk.volumeId);
    if (supervisor && device && !(await hideDisk(supervisor.pid, disk, device, force)))
      return false;
    await this.#files.close(disk.volumeId);
    return true;
  }

  /** The machine has ended: nobody needs the devices any more. */
  async release({ disks = [] }: MachineRecord): Promise<void> {
    for (const { volumeId } of disks) await this.#files.close(volumeId);
  }

  async whileStill<T>(
    { supervisor }: MachineRecord,
    volumeId: string,
    work: () => Promise<T>,
  ): Promise<T> {
    const device = await this.#files.device(volumeId);
    return supervisor && device ? whileStill(supervisor.pid, device, work) : work();
  }

  async #hasDevices(id: string): Promise<boolean> {
    const reason =
      this.#isolation.level === "directory"
        ? "machines have no root of their own"
        : await this.#files.lacking();
    if (reason !== undefined)
      this.#log.warn("a machine does not see its volumes", { machine: id, reason });
    return reason === undefined;
  }
}
