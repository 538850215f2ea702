/** What holds one machine to the CPU and memory of its type, and to its own address, while it runs. */
import { appendFileSync } from "node:fs";
import type { Log } from "#runtime/log.ts";
import { ImpossibleImpairment, type Impairment } from "../driver.ts";
import type { MachineGroups } from "./control-groups/control-groups.ts";
import type { Isolation } from "./isolation.ts";
import type { MachineLayout, MachineRecord } from "./machine-record.ts";
import type { NetworkBytes } from "./own-address/byte-counter.ts";
import type { PacketGuard } from "./packet-filter/packet-guard.ts";
import { hostBootId } from "./process-table.ts";
import { rulesFrom } from "./own-address/own-address.ts";

export class Confinement {
  readonly #layout: MachineLayout;
  readonly #isolation: Isolation;
  readonly #guard: PacketGuard;
  readonly #log: Log;
  /** Kills that the console tells of already. */
  #memoryKills = 0;
  /** The part of its packets that are lost; undefined where an earlier Fogbank may have set it. */
  #packetLoss: number | undefined;

  constructor(
    layout: MachineLayout,
    around: { isolation: Isolation; guard: PacketGuard; log: Log },
  ) {
    this.#layout = layout;
    this.#isolation = around.isolation;
    this.#guard = around.guard;
    this.#log = around.log;
  }

  /** Makes what the next boot starts in; a machine that cannot be held runs as far as its host goes. */
  async prepare(record: MachineRecord): Promise<Confined> {
    const confined = await this.#confine(record);
    if (this.#guard.hasRules(record.spec.id) && !this.#guard.translates(record.spec.id))
      appendFileSync(
        this.#layout.console,
        `fogbank[WARNING]: security groups are not enforced for this machine: ${this.#isolation.lacking.addresses ?? "the kernel refuses the programs, as Fogbank's log says"}\n`,
      );
    return confined;
  }

  async #confine({ spec, host }: MachineRecord): Promise<Confined> {
    const { controlGroups, ownAddresses } = this.#isolation;
    let groups: MachineGroups | undefined;
    try {
      groups = await controlGroups?.make(this.#layout.directory, spec);
    } catch (error) {
      this.#log.warn("a machine's CPU and memory are not limited", { machine: spec.id, error });
    }
    this.#countKills(groups);
    this.#packetLoss = 0;
    if (groups?.unified === undefined || !ownAddresses)
      return { groups, ownAddress: false, networkMap: undefined };
    try {
      const rules = rulesFrom(host, spec.environment);
      const networkMap = await ownAddresses.bind(groups.unified, rules);
      await this.#guard.enter(spec.id, { group: groups.unified, rules, networkMap });
      return { groups, ownAddress: true, networkMap };
    } catch (error) {
      this.#log.warn("a machine shares its host's addresses", { machine: spec.id, error });
      return { groups, ownAddress: false, networkMap: undefined };
    }
  }

  /** Goes on with what an earlier Fogbank prepared. */
  async adopt({ groups, ownAddress, networkMap, host, spec }: MachineRecord): Promise<void> {
    this.#countKills(groups);
    if (!ownAddress || groups?.unified === undefined) return;
    const rules = rulesFrom(host, spec.environment);
    await this.#guard.enter(spec.id, { group: groups.unified, rules, networkMap });
  }

  /** What happened in the groups so far is known. */
  #countKills(groups: MachineGroups | undefined): void {
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

  /** Over all boots; undefined where nothing counts them. */
  async networkBytes(record: MachineRecord, last = false): Promise<NetworkBytes | undefined> {
    const { networkMap, networkBytes: before } = record;
    const meter = this.#isolation.ownAddresses?.meter;
    // Numbers of maps are given anew after the host's next boot.
    if (networkMap === undefined || !meter || record.hostBootId !== hostBootId()) return before;
    const now = await (last ? meter.readLast(networkMap) : meter.read(networkMap));
    return {
      inBytes: (before?.inBytes ?? 0) + (now?.inBytes ?? 0),
      outBytes: (before?.outBytes ?? 0) + (now?.outBytes ?? 0),
    };
  }

  /** False when no group pauses its processes, so that each must be told by itself. */
  async impair(record: MachineRecord, wanted: Impairment): Promise<boolean> {
    const { groups, spec } = record;
    const { cpuShare, packetLoss = 0, packetDelayMs = 0, paused = false } = wanted;
    if (packetDelayMs > 0)
      throw new ImpossibleImpairment(
        "machines that are process trees share their host's network, which cannot delay the packets of one of them",
      );
    await this.#losePackets(record, packetLoss);
    const { controlGroups } = this.#isolation;
    if (cpuShare !== undefined && !controlGroups?.enforced.cpu)
      throw new ImpossibleImpairment(
        `this host limits no machine's CPU: ${this.#isolation.lacking.limits ?? "it has no control groups"}`,
      );
    if (!groups || !controlGroups) return false;
    if (controlGroups.enforced.cpu)
      await controlGroups.limitCpus(groups, spec.cpus * (cpuShare ?? 1));
    return controlGroups.freeze(groups, paused);
  }

  async #losePackets({ groups, networkMap, spec }: MachineRecord, part: number): Promise<void> {
    if (this.#packetLoss === part) return;
    if (await this.#guard.lose(spec.id, part)) {
      this.#packetLoss = part;
      return;
    }
    const { ownAddresses, lacking } = this.#isolation;
    if (groups?.unified === undefined || networkMap === undefined || !ownAddresses) {
      if (part === 0) return;
      throw new ImpossibleImpairment(
        `this host loses no machine's packets: ${lacking.addresses ?? "its kernel does not count them"}`,
      );
    }
    await ownAddresses.lose(groups.unified, networkMap, part);
    this.#packetLoss = part;
  }

  /** Gives what is to be remembered of what was taken away. */
  async release(record: MachineRecord): Promise<Partial<MachineRecord>> {
    const { groups } = record;
    if (!groups) return {};
    await this.#guard.leave(record.spec.id);
    this.noteMemoryKills(record);
    const networkBytes = await this.networkBytes(record, true).catch((error: unknown) => {
      this.#log.warn("a machine's network bytes are lost", { machine: record.spec.id, error });
      return record.networkBytes;
    });
    await this.#isolation.controlGroups?.release(groups).catch((error: unknown) => {
      this.#log.warn("a machine's control groups stay behind", { groups, error });
    });
    return { networkMap: undefined, ...(networkBytes && { networkBytes }) };
  }
}

type Confined = Pick<MachineRecord, "groups" | "ownAddress" | "networkMap">;
