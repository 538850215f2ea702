/** One machine from launch to termination, as a container. Callers see to it that its steps run one after the other. */
import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import type { Log } from "#runtime/log.ts";
import {
  HostUnavailable,
  type Impairment,
  type MachineObservation,
  type MachineSpec,
  type MachineState,
} from "../driver.ts";
import {
  bootPath,
  disksFile,
  environmentFile,
  firstBootFiles,
  haltedName,
  packFiles,
  recordName,
  unpackFile,
  type BootFile,
} from "./boot-files.ts";
import { limitsOf, withinHost, type InspectedContainer, type MachineRecord } from "./container.ts";
import { isConflict, isMissing, type Engine } from "./engine/engine.ts";
import { ignoreMissing } from "./images.ts";
import { endLeftoverShim, isLeftoverTask } from "./leftover-shim.ts";
import { addMeasured, measureContainer, nothingMeasured, type Measured } from "./measure.ts";
import type { MachineNetwork } from "./networks.ts";
import { troublePackets, type PacketTrouble } from "./packet-filter/packet-trouble.ts";

/** How long processes may take to end after SIGTERM. */
const stopGraceSeconds = 10;
const terminateGraceSeconds = 2;

export type MachineChanges = Partial<Pick<MachineSpec, "cpus" | "memoryBytes">>;

export interface MachineSurroundings {
  engine: Engine;
  log: Log;
  processors: number;
  /** True where machines end with Fogbank. */
  passing: boolean;
  /** Completes a machine whose container has just started. */
  started(machine: DockerMachine): Promise<void>;
}

export class DockerMachine {
  readonly container: string;
  readonly network: MachineNetwork;
  record: MachineRecord;
  state: MachineState;
  reason: string | undefined;
  /** The engine was away while the machine was thought to run. */
  isInDoubt = false;
  hostFailed = false;
  readonly #around: MachineSurroundings;
  #lately: Measured = nothingMeasured;
  #lease: Socket | undefined;
  /** Undefined where an earlier Fogbank may have troubled them. */
  #packets: PacketTrouble | undefined;

  constructor(
    given: {
      container: string;
      network: MachineNetwork;
      record: MachineRecord;
      state: MachineState;
    },
    around: MachineSurroundings,
  ) {
    this.container = given.container;
    this.network = given.network;
    this.record = given.record;
    this.state = given.state;
    this.#around = around;
  }

  get id(): string {
    return this.record.spec.id;
  }

  /** Puts everything of the first boot into the container and starts it. */
  async launch(userData: Uint8Array | undefined, remark: string | undefined): Promise<void> {
    const files = firstBootFiles(
      userData,
      this.record.environment,
      remark,
      this.record.spec.publicKey,
    );
    await this.#put([...files, disksFile(this.record.disks), this.#recordFile()]);
    await this.#run();
  }

  async start(changes: MachineChanges, environment: Record<string, string>): Promise<void> {
    const spec = { ...this.record.spec, ...changes };
    this.record = { ...this.record, spec, environment };
    const { engine, processors } = this.#around;
    await engine.call("POST", `/containers/${this.container}/update`, {
      body: withinHost(limitsOf(spec), processors),
    });
    const disks = disksFile(this.record.disks);
    await this.#put([environmentFile(environment), disks, this.#recordFile()]);
    await this.#run();
  }

  async stop(graceSeconds = stopGraceSeconds): Promise<void> {
    this.state = "stopping";
    await this.#count();
    // The mark first: whoever sees the container ended knows that it was asked to.
    await this.#put([{ name: haltedName, content: "" }, this.#recordFile()]);
    await this.#end(graceSeconds);
    this.state = "stopped";
    this.reason = undefined;
    this.hostFailed = false;
  }

  async terminate(): Promise<void> {
    this.state = "stopping";
    await this.#end(terminateGraceSeconds).catch(ignoreMissing);
    const { engine } = this.#around;
    await engine
      .call("DELETE", `/containers/${this.container}`, { query: { force: true, v: true } })
      .catch(ignoreMissing);
  }

  /** Ends every process at once, though it be paused. */
  async kill(): Promise<void> {
    if (this.state !== "running") return;
    await this.#count();
    const { engine } = this.#around;
    await engine.call("POST", `/containers/${this.container}/kill`).catch(ignoreStopped);
    await this.#unpause();
    await engine.call("POST", `/containers/${this.container}/wait`, {
      query: { condition: "not-running" },
    });
  }

  /** Throws ImpossibleImpairment for what this host cannot do. */
  async impair(wanted: Impairment): Promise<void> {
    const { paused = false, cpuShare = 1, packetLoss = 0, packetDelayMs = 0 } = wanted;
    await this.#troublePackets({ packetLoss, packetDelayMs });
    const { engine, processors } = this.#around;
    const { spec } = this.record;
    const limits = limitsOf({ ...spec, cpus: Math.min(spec.cpus, processors) * cpuShare });
    await engine.call("POST", `/containers/${this.container}/update`, { body: limits });
    if (paused)
      await engine.call("POST", `/containers/${this.container}/pause`).catch(ignoreStopped);
    else await this.#unpause();
  }

  async #troublePackets(wanted: PacketTrouble): Promise<void> {
    const now = this.#packets;
    if (now?.packetLoss === wanted.packetLoss && now.packetDelayMs === wanted.packetDelayMs) return;
    await troublePackets(await this.hostPid(), wanted);
    this.#packets = wanted;
  }

  /** Its first process as this host knows it; undefined when it does not run, or on another host. */
  async hostPid(): Promise<number | undefined> {
    const pid = (await this.inspect())?.State.Pid;
    if (!pid) return undefined;
    // The engine may run in a virtual machine, where that number is another's.
    const groups = await readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => "");
    return groups.includes(this.container) ? pid : undefined;
  }

  /** The record first, so that the next Fogbank does what this one could not. */
  async remember(changes: Partial<MachineRecord>): Promise<void> {
    this.record = { ...this.record, ...changes };
    await this.#put([this.#recordFile()]);
  }

  /** Undefined when there is no such container any more. */
  inspect(): Promise<InspectedContainer | undefined> {
    return inspectContainer(this.#around.engine, this.container);
  }

  /** Takes what the engine tells for the truth; says whether the state changed by itself. */
  async settle(inspected: InspectedContainer): Promise<boolean> {
    const { Running, ExitCode, OOMKilled } = inspected.State;
    const wasInDoubt = this.isInDoubt;
    this.isInDoubt = false;
    if (Running) {
      if (this.state === "running") return false;
      this.state = "running";
      this.reason = undefined;
      this.hostFailed = false;
      return true;
    }
    if (this.state === "stopped" || this.state === "failed") return false;
    await this.#account();
    if (await this.#wasHalted()) {
      this.state = "stopped";
      return true;
    }
    this.state = "failed";
    this.hostFailed = wasInDoubt;
    this.reason = wasInDoubt
      ? "the container engine ended, and the machine with it"
      : OOMKilled
        ? "the machine ran out of memory"
        : `the machine's init ended unexpectedly (exit code ${ExitCode})`;
    this.#around.log.warn("a machine failed", { machine: this.id, reason: this.reason });
    return true;
  }

  async observe(measuredMs: number): Promise<MachineObservation> {
    const memoryBytes = this.state === "running" ? await this.#count() : 0;
    const { id, labels } = this.record.spec;
    return {
      id,
      state: this.state,
      labels,
      measuredMs,
      ...addMeasured(this.record.before, this.#lately),
      memoryBytes,
      ...(this.reason !== undefined && { reason: this.reason }),
      ...(this.hostFailed && { hostFailed: true }),
    };
  }

  /** Its address on its network; undefined when it does not run. */
  addressIn(inspected: InspectedContainer): string | undefined {
    const networks = inspected.NetworkSettings.Networks;
    return networks[this.network.name]?.IPAddress || undefined;
  }

  /** Lets go of what this process holds; a machine that lives on lives on. */
  release(): void {
    this.#lease?.destroy();
  }

  async #run(): Promise<void> {
    const { engine, passing } = this.#around;
    this.state = "pending";
    this.reason = undefined;
    this.hostFailed = false;
    this.isInDoubt = false;
    this.#packets = { packetLoss: 0, packetDelayMs: 0 };
    if (passing) {
      this.#lease?.destroy();
      const query = { stream: true, stdin: true };
      this.#lease = await engine.hijack(`/containers/${this.container}/attach`, query);
      this.#lease.once("error", () => this.#lease?.destroy()).resume();
      this.#lease.unref();
    }
    await engine.call("POST", `/containers/${this.container}/start`).catch((error: unknown) => {
      // Else it would be waited for. What an engine that is away has made of it is seen when it is back.
      if (!(error instanceof HostUnavailable)) {
        this.state = "failed";
        this.reason = (error as Error).message;
      }
      if (isLeftoverTask(error) && endLeftoverShim(this.container))
        this.#around.log.warn("a killed engine had left a task behind; it was ended", {
          machine: this.id,
        });
      throw error;
    });
    this.state = "running";
    await this.#around.started(this);
  }

  /** The engine refuses for one that is not paused. */
  async #unpause(): Promise<void> {
    const { engine } = this.#around;
    await engine.call("POST", `/containers/${this.container}/unpause`).catch(ignoreStopped);
  }

  async #end(graceSeconds: number): Promise<void> {
    // Else it would not hear that it should end.
    await this.#unpause();
    await this.#around.engine.call("POST", `/containers/${this.container}/stop`, {
      query: { t: graceSeconds },
    });
    await this.#account();
  }

  /** What was measured of the boot that has ended goes to those before. */
  async #account(): Promise<void> {
    const before = addMeasured(this.record.before, this.#lately);
    this.record = { ...this.record, before };
    this.#lately = nothingMeasured;
  }

  /** Gives the memory in use. */
  async #count(): Promise<number> {
    const now = await measureContainer(this.#around.engine, this.container);
    if (!now) return 0;
    // An engine that is about to lose the container counts from nothing.
    if (now.measured.cpuSeconds >= this.#lately.cpuSeconds) this.#lately = now.measured;
    return now.memoryBytes;
  }

  async #wasHalted(): Promise<boolean> {
    try {
      await this.#around.engine.call("HEAD", `/containers/${this.container}/archive`, {
        query: { path: `${bootPath}/${haltedName}` },
      });
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async #put(files: readonly BootFile[]): Promise<void> {
    await this.#around.engine.call("PUT", `/containers/${this.container}/archive`, {
      query: { path: bootPath },
      body: await packFiles(files),
    });
  }

  #recordFile(): BootFile {
    const before = addMeasured(this.record.before, this.#lately);
    return { name: recordName, content: JSON.stringify({ ...this.record, before }) };
  }
}

/** Undefined when there is none. */
export async function inspectContainer(
  engine: Engine,
  container: string,
): Promise<InspectedContainer | undefined> {
  try {
    return await engine.json<InspectedContainer>("GET", `/containers/${container}/json`);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** What an earlier Fogbank wrote down; undefined when it did not come so far. */
export async function readRecord(
  engine: Engine,
  container: string,
): Promise<MachineRecord | undefined> {
  try {
    const archive = await engine.call("GET", `/containers/${container}/archive`, {
      query: { path: `${bootPath}/${recordName}` },
    });
    return JSON.parse(await unpackFile(archive)) as MachineRecord;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The container is in that state already, or cannot come into it. */
function ignoreStopped(error: unknown): void {
  if (!isConflict(error) && !/not paused|already paused/.test((error as Error).message))
    throw error;
}
