/**
 * One machine from launch to termination: what is on disk, which processes are its own, and the
 * steps between its states. Callers see to it that its methods run one after the other.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Impairment, MachineObservation } from "../driver.ts";
import { pause } from "../pause.ts";
import { numberDisks } from "../volumes/disk.ts";
import type { MachineVolume } from "../volumes/volume-driver.ts";
import { commandInGroups } from "./control-groups/control-groups.ts";
import { Confinement } from "./confinement.ts";
import { prepareBootDirectory, writeLayers } from "./boot-directory.ts";
import { readConsole } from "./console-log.ts";
import { createCpuAccount, type CpuAccount } from "./cpu-account.ts";
import { exists, removeTree } from "./disk.ts";
import { Disks } from "./disks.ts";
import {
  readSupervisor,
  stateOf,
  writeRecord,
  type MachineLayout,
  type MachineRecord,
} from "./machine-record.ts";
import { machineEnvironment } from "./machine-environment.ts";
import type { MachineChanges, MachineSurroundings } from "./machine-surroundings.ts";
import { machineVariable } from "./process-census.ts";
import {
  hostBootId,
  isAlive,
  readProcess,
  readVariable,
  signalProcess,
  type ProcessIdentity,
} from "./process-table.ts";

/** How long processes may take to end after SIGTERM, in wall time. */
export const stopGraceMs = 10_000;
const terminateGraceMs = 2_000;
/** How long init may take to come up before the boot counts as failed. */
const bootTimeoutMs = 20_000;
const killTimeoutMs = 10_000;
const pollMs = 10;
const bootPollMs = 3;

export class Machine {
  readonly layout: MachineLayout;
  record: MachineRecord;
  readonly #around: MachineSurroundings;
  #account: CpuAccount;
  #child: ChildProcess | undefined;
  readonly #confinement: Confinement;
  readonly #disks: Disks;

  constructor(layout: MachineLayout, record: MachineRecord, around: MachineSurroundings) {
    this.layout = layout;
    this.record = record;
    this.#around = around;
    this.#account = createCpuAccount(record.cpuSeconds);
    this.#confinement = new Confinement(layout, around);
    this.#disks = new Disks(layout, around);
  }

  get id(): string {
    return this.record.spec.id;
  }

  get running(): boolean {
    return this.record.phase === "running";
  }

  /** First boot: the root volume from its image, then user data. */
  async launch(userData: Uint8Array | undefined, fill?: () => Promise<void>): Promise<void> {
    const { layout } = this;
    await this.#save({ phase: "pending" });
    if (userData) await writeFile(layout.userData, userData);
    await this.boot(fill);
  }

  /** Starts the machine's init and waits until its root stands; user data goes on by itself. */
  async boot(fill = async () => {}): Promise<void> {
    const { layout, record } = this;
    const { isolation } = this.#around;
    await this.#save({ phase: "pending", isolation: isolation.level, reason: undefined });
    this.#account = createCpuAccount(this.#account.seconds);
    const prepare = async () => {
      await prepareBootDirectory(layout, isolation, {
        firstBoot: record.boots === 0,
        publicKey: record.spec.publicKey,
      });
      await writeLayers(layout, record.layers);
      await this.#disks.prepare(this.record);
      return this.#confinement.prepare(this.record);
    };
    // Without a root of its own, a machine is put in order in what fills its root volume.
    if (isolation.level === "directory") await fill();
    const [filled, confined] = await Promise.allSettled([
      isolation.level === "root" ? fill() : undefined,
      prepare(),
    ]);
    if (filled.status === "rejected") throw filled.reason;
    if (confined.status === "rejected") throw confined.reason;
    await this.#save(confined.value);
    const console = openSync(layout.console, "a");
    try {
      const [program, ...rest] = commandInGroups(
        this.record.groups,
        isolation.initCommand(layout, { hostname: record.spec.hostname, host: record.host }),
      );
      this.#child = spawn(program!, rest, {
        cwd: layout.root,
        detached: true,
        env: this.environment(),
        stdio: ["ignore", console, console, ...(this.#around.passing ? (["pipe"] as const) : [])],
        ...(isolation.level === "directory" && isolation.user),
      });
    } finally {
      closeSync(console);
    }
    const child = this.#child;
    let ended: string | undefined;
    child.once("error", (error) => (ended = error.message));
    child.once("exit", (code, signal) => {
      ended = signal ?? `exit code ${code}`;
      if (this.#child === child) this.#child = undefined;
      if (this.running) this.#around.changed(this.id);
    });
    child.unref();
    (child.stdio[3] as { unref?: () => void } | undefined)?.unref?.();
    const supervisor = await this.#supervisorComesUp(() => ended);
    if (!supervisor) {
      await this.#killEverything();
      const reason = `the machine's init did not start: ${ended ?? "it took too long"}; ${readConsole(layout.console).trim().split("\n").at(-1) ?? ""}`;
      await this.#save({ phase: "failed", reason });
      throw new Error(reason);
    }
    const launcher = child.pid === undefined ? undefined : readProcess(child.pid);
    await this.#save({
      phase: "running",
      supervisor,
      launcher: launcher && { pid: launcher.pid, startTicks: launcher.startTicks },
      hostBootId: hostBootId(),
      boots: record.boots + 1,
    });
    if (isolation.level === "root")
      this.#around.census.claimNamespace(supervisor, layout.directory);
  }

  /** Asks the processes to end, waits, ends them. */
  async stop(graceMs: number): Promise<void> {
    await this.#save({ phase: "stopping" });
    await this.#end(graceMs);
    await this.#save({ ...withoutProcesses, phase: "stopped", cpuSeconds: this.#account.seconds });
  }

  /** Every process ends at once; what is on disk stays. */
  async kill(): Promise<void> {
    if (!this.running) return;
    await this.#killEverything();
    await this.#fail("the machine lost its power");
  }

  /** Throws ImpossibleImpairment for what this host cannot do. */
  async impair(impairment: Impairment): Promise<void> {
    if (await this.#confinement.impair(this.record, impairment)) return;
    const signal = impairment.paused ? "SIGSTOP" : "SIGCONT";
    // A process that was just about to start another may have done so before it was stopped.
    for (let pass = 0; pass < 3; pass++)
      for (const member of this.#members(true)) signalProcess(member, signal);
  }

  async terminate(): Promise<void> {
    await this.#save({ phase: "terminating" });
    await this.#end(terminateGraceMs);
    await this.#remove();
  }

  /** Finds a machine of an earlier Fogbank as it is now; false when there is none any more. */
  async adopt(): Promise<boolean> {
    const { phase } = this.record;
    if (phase === "terminating") await this.terminate();
    else if (phase !== "stopped" && phase !== "failed") return this.#adoptProcesses();
    return phase !== "terminating";
  }

  async #adoptProcesses(): Promise<boolean> {
    const { layout, record } = this;
    const supervisor =
      record.supervisor ?? (record.phase === "pending" ? readSupervisor(this.layout) : undefined);
    const ours =
      supervisor !== undefined &&
      (record.hostBootId === undefined || record.hostBootId === hostBootId()) &&
      isAlive(supervisor) &&
      // A number and a start could still be another's after a restore; the variable cannot.
      [undefined, layout.directory].includes(readVariable(supervisor.pid, machineVariable));
    if (ours) {
      if (record.isolation === "root")
        this.#around.census.claimNamespace(supervisor, layout.directory);
      await this.#confinement.adopt(record);
      for (const disk of record.disks ?? []) await this.#disks.show(this.record, disk);
      if (record.phase === "stopping") await this.stop(0);
      else
        await this.#save({
          phase: "running",
          supervisor,
          hostBootId: hostBootId(),
          // The boot that nobody saw the end of has run user data all the same.
          boots: record.phase === "pending" ? record.boots + 1 : record.boots,
        });
      return true;
    }
    await this.#killEverything();
    if (record.phase === "pending" && record.boots === 0) {
      // A launch that was cut short before init came up leaves nothing, so that it is made again.
      await this.#remove();
      return false;
    }
    if (record.phase === "stopping") await this.#save({ ...withoutProcesses, phase: "stopped" });
    else await this.#fail("the machine's processes ended while Fogbank was not running");
    return true;
  }

  /** Looks whether the machine still lives; says whether its state changed. */
  async check(): Promise<boolean> {
    const { supervisor, phase } = this.record;
    if (phase === "running") this.#confinement.noteMemoryKills(this.record);
    if (phase !== "running" || (supervisor && isAlive(supervisor))) return false;
    const halted = await exists(join(this.layout.boot, "halted"));
    this.#account.update(this.#members(true));
    await this.#killEverything();
    if (halted)
      await this.#save({
        ...withoutProcesses,
        phase: "stopped",
        cpuSeconds: this.#account.seconds,
        reason: "the machine shut itself down",
      });
    else await this.#fail("the machine's init process ended unexpectedly");
    return true;
  }

  observe(): MachineObservation {
    const { spec, phase, reason } = this.record;
    const members = phase === "stopped" || phase === "failed" ? [] : this.#members(false);
    const accounted = members.length > 0 ? this.#confinement.memoryBytes(this.record) : undefined;
    let pages = 0;
    for (const stat of members) pages += stat.memoryPages;
    return {
      id: spec.id,
      state: stateOf(phase),
      labels: spec.labels,
      measuredMs: this.#around.wall.monotonic(),
      cpuSeconds: members.length > 0 ? this.#account.update(members) : this.#account.seconds,
      memoryBytes: accounted ?? pages * this.#around.pageBytes,
      ...(reason !== undefined && { reason }),
    };
  }

  /** With what an observation costs more to find out than a look into /proc. */
  async observeWhole(): Promise<MachineObservation> {
    const bytes = await this.#confinement.networkBytes(this.record).catch((error: unknown) => {
      this.#around.log.warn("a machine's network bytes are not known", { machine: this.id, error });
      return undefined;
    });
    return {
      ...this.observe(),
      ...(bytes && { networkInBytes: bytes.inBytes, networkOutBytes: bytes.outBytes }),
    };
  }

  /** What the machine's processes see; nothing of Fogbank's own environment is among it. */
  environment(): Record<string, string> {
    return machineEnvironment(this.layout, this.record, this.#around);
  }

  /** What a start may change of a stopped machine. */
  async resize({ volumes, ...changes }: MachineChanges): Promise<void> {
    const disks = volumes && numberDisks(volumes);
    await this.#save({ spec: { ...this.record.spec, ...changes }, ...(disks && { disks }) });
  }

  /** The record first, so that the next Fogbank does what this one could not. */
  async attach(volume: MachineVolume): Promise<void> {
    const disks = numberDisks([volume], this.record.disks);
    await this.#save({ disks });
    const disk = disks.find(({ volumeId }) => volumeId === volume.volumeId)!;
    await this.#disks.show(this.record, disk);
  }

  async detach(volumeId: string, force: boolean): Promise<"detached" | "busy"> {
    const { disks = [] } = this.record;
    const disk = disks.find((one) => one.volumeId === volumeId);
    if (disk && !(await this.#disks.hide(this.record, disk, force))) return "busy";
    if (disk) await this.#save({ disks: disks.filter((one) => one !== disk) });
    return "detached";
  }

  whileStill<T>(volumeId: string, work: () => Promise<T>): Promise<T> {
    return this.#disks.whileStill(this.record, volumeId, work);
  }

  async #supervisorComesUp(ended: () => string | undefined): Promise<ProcessIdentity | undefined> {
    const { wall } = this.#around;
    const deadline = wall.monotonic() + bootTimeoutMs;
    while (wall.monotonic() < deadline) {
      const found = readSupervisor(this.layout);
      if (found) return found;
      if (ended() !== undefined) return undefined;
      await pause(wall, bootPollMs);
    }
    return undefined;
  }

  #members(exact: boolean) {
    return this.#around.census.membersOf(this.layout.directory, { exact });
  }

  async #end(graceMs: number): Promise<void> {
    const { supervisor } = this.record;
    if (supervisor && graceMs > 0) {
      this.#account.update(this.#members(true));
      if (this.record.isolation === "root") signalProcess(supervisor, "SIGTERM");
      else for (const member of this.#members(true)) signalProcess(member, "SIGTERM");
      await this.#gone(graceMs);
    }
    await this.#killEverything();
  }

  /** SIGKILL for every process that is the machine's, found anew until none is left. */
  async #killEverything(): Promise<void> {
    const { supervisor } = this.record;
    const deadline = this.#around.wall.monotonic() + killTimeoutMs;
    for (;;) {
      const members = this.#members(true);
      this.#account.update(members);
      if (supervisor && this.record.hostBootId === hostBootId())
        signalProcess(supervisor, "SIGKILL");
      if (members.length === 0 && !(supervisor && isAlive(supervisor))) return this.#release();
      for (const member of members)
        if (this.record.isolation === "directory" || !supervisor) signalProcess(member, "SIGKILL");
      if (await this.#gone(500)) return this.#release();
      for (const member of this.#members(true)) signalProcess(member, "SIGKILL");
      if (this.#around.wall.monotonic() > deadline)
        throw new Error(`processes of machine ${this.id} cannot be ended`);
    }
  }

  async #release(): Promise<void> {
    if (this.record.groups) await this.#save(await this.#confinement.release(this.record));
    await this.#disks.release(this.record);
  }

  async #gone(limitMs: number): Promise<boolean> {
    const { wall } = this.#around;
    const deadline = wall.monotonic() + limitMs;
    for (;;) {
      const living = this.#members(true);
      this.#account.update(living);
      if (living.length === 0) return true;
      if (wall.monotonic() >= deadline) return false;
      await pause(wall, pollMs * 2);
    }
  }

  async #fail(reason: string): Promise<void> {
    this.#around.log.warn("a machine failed", { machine: this.id, reason });
    await this.#save({
      ...withoutProcesses,
      phase: "failed",
      reason,
      cpuSeconds: this.#account.seconds,
    });
  }

  /** The record first: what is left when this is cut short is known by its absence. */
  async #remove(): Promise<void> {
    await rm(this.layout.state, { force: true });
    await removeTree(this.layout.directory);
  }

  async #save(changes: Partial<MachineRecord>): Promise<void> {
    this.record = { ...this.record, ...changes };
    await writeRecord(this.layout, this.record);
  }
}

const withoutProcesses = { supervisor: undefined, launcher: undefined, hostBootId: undefined };
