/** What holds one machine to the CPU and memory of its type, and to its own address, while it runs. */
import { appendFileSync } from "node:fs";
import type { Log } from "#runtime/log.ts";
import type { MachineGroups } from "./control-groups/control-groups.ts";
import type { Isolation } from "./isolation.ts";
import type { MachineLayout, MachineRecord } from "./machine-record.ts";
import { rulesFrom } from "./own-address/own-address.ts";

export class Confinement {
  readonly #layout: MachineLayout;
  readonly #isolation: Isolation;
  readonly #log: Log;
  /** Kills that the console tells of already. */
  #memoryKills = 0;

  constructor(layout: MachineLayout, around: { isolation: Isolation; log: Log }) {
    this.#layout = layout;
    this.#isolation = around.isolation;
    this.#log = around.log;
  }

  /** Makes what the next boot starts in; a machine that cannot be held runs as far as its host goes. */
  async prepare({ spec, host }: MachineRecord): Promise<Confined> {
    const { controlGroups, ownAddresses } = this.#isolation;
    let groups: MachineGroups | undefined;
    try {
      groups = await controlGroups?.make(this.#layout.directory, spec);
    } catch (error) {
      this.#log.warn("a machine's CPU and memory are not limited", { machine: spec.id, error });
    }
    this.adopt({ groups });
    if (groups?.unified === undefined || !ownAddresses) return { groups, ownAddress: false };
    try {
      await ownAddresses.bind(groups.unified, rulesFrom(host, spec.environment));
      return { groups, ownAddress: true };
    } catch (error) {
      this.#log.warn("a machine shares its host's addresses", { machine: spec.id, error });
      return { groups, ownAddress: false };
    }
  }

  /** What happened in the groups so far is known. */
  adopt({ groups }: Confined): void {
    this.#memoryKills = (groups && this.#isolation.controlGroups?.memoryKills(groups)) ?? 0;
  }

  /** Says on the console, as a kernel does, that processes were ended for want of memory. */
  noteMemoryKills({ spec, groups }: MachineRecord): void {
    const kills = (groups && this.#isolation.controlGroups?.memoryKills(groups)) ?? 0;
    if (kills <= this.#memoryKills) return;
    const limitKiB = Math.floor(spec.memoryBytes / 1024);
    const ended = kills - this.#memoryKills;
    this.#memoryKills = kills;
    appendFileSync(
      this.#layout.console,
      `kernel: Memory cgroup out of memory: Killed ${ended} process${ended === 1 ? "" : "es"}, limit ${limitKiB}kB\n`,
    );
    this.#log.info("a machine ran out of memory", { machine: spec.id, limitKiB, ended });
  }

  /** Undefined where nothing counts it. */
  memoryBytes({ groups }: Confined): number | undefined {
    return groups && this.#isolation.controlGroups?.memoryBytes(groups);
  }

  async release(record: MachineRecord): Promise<void> {
    const { groups } = record;
    if (!groups) return;
    this.noteMemoryKills(record);
    await this.#isolation.controlGroups?.release(groups).catch((error: unknown) => {
      this.#log.warn("a machine's control groups stay behind", { groups, error });
    });
  }
}

type Confined = Pick<MachineRecord, "groups" | "ownAddress">;
