/**
 * The interface of compute drivers. A machine is whatever an EC2 instance, a task, a function or a
 * database server runs on; a driver knows how to run one and nothing of what it is for.
 */

import type { MachineVolume, VolumeDriver } from "./volumes/volume-driver.ts";
import type { GuardedNetwork, PacketFlow } from "./network-rules.ts";

export interface MachineSpec {
  /** Unique within the cloud and stable over stop and start, such as "i-0123456789abcdef0". */
  id: string;
  /** What the machine's root volume starts from; undefined for an empty root. */
  image: MachineImage;
  /** Runs once, at first boot, as cloud-init would run it; the bytes as the user gave them. */
  userData?: Uint8Array;
  /** Who may log in with SSH: a line for authorized_keys. Counts where the image has a server for it. */
  publicKey?: string;
  /** Variables that every process of the machine sees. */
  environment: Record<string, string>;
  /**
   * Virtual CPUs, in parts too, and bytes of memory that the instance type allows. A driver that can
   * holds the machine to them; changes count from the next start.
   */
  cpus: number;
  memoryBytes: number;
  hostname: string;
  /** The address that the cloud gave the machine in its subnet. */
  privateIp: string;
  /** The network that it is in with others, such as a VPC; undefined where the driver may choose. */
  network?: { id: string; cidr: string };
  /** Volumes besides the root; they must have been created. */
  volumes?: readonly MachineVolume[];
  /** Labels with which a machine is found again after a crash. */
  labels: Record<string, string>;
}

export interface MachineImage {
  /** "ami-…", "snapshot of machine …": whatever the driver stored under that name, or a base image's name. */
  id: string;
  /** For container images: "amazonlinux:2023". */
  reference?: string;
  /** Nothing else will do: without it the launch fails. */
  required?: true;
}

export type MachineState =
  /** Asked for, not running yet. */
  | "pending"
  | "running"
  | "stopping"
  | "stopped"
  /** Its processes ended though nobody asked for it. */
  | "failed"
  /** Not known to the driver, or terminated and cleaned up. */
  | "absent";

export interface MachineObservation {
  id: string;
  state: MachineState;
  labels: Record<string, string>;
  /**
   * When this was measured, in milliseconds of the time that `cpuSeconds` counts: the host's
   * monotonic time for real machines, cloud time for simulated ones. Compare two observations with
   * it: used processors = Δ cpuSeconds × 1000 / Δ measuredMs.
   */
  measuredMs: number;
  /** Processor seconds used since launch, over all restarts. */
  cpuSeconds: number;
  memoryBytes: number;
  /** Bytes that went over the machine's network since launch; undefined where the driver cannot tell. */
  networkInBytes?: number;
  networkOutBytes?: number;
  /** Why it failed, for the instance's state reason. */
  reason?: string;
  /** It failed together with what it runs on, as with a broken host; not by itself. */
  hostFailed?: boolean;
}

/** Of a machine that a driver knows nothing of. */
export const absentMachine = (id: string, measuredMs: number): MachineObservation => ({
  id,
  state: "absent",
  labels: {},
  measuredMs,
  cpuSeconds: 0,
  memoryBytes: 0,
});

/** How to connect to a machine's port: plain data, so that another thread can use it. */
export type Reach =
  /** `localAddress`: the address of the caller's own that the connection leaves from. */
  { host: string; port: number; localAddress?: string } | { path: string };

/** What a machine can be made to suffer. */
export interface Impairment {
  /** Its processes get no processor time at all, and its connections no answer. */
  paused?: boolean;
  /** The part of its processors that is left to it, more than 0 and less than 1. */
  cpuShare?: number;
  /** The part of its packets that are lost, 0 to 1. */
  packetLoss?: number;
  /** What each of its packets is late, in milliseconds. */
  packetDelayMs?: number;
}

/** Says in a sentence what a driver cannot do to a machine, and why. */
export class ImpossibleImpairment extends Error {}

/** What machines run on does not answer at present: nothing is known, and the same may succeed later. */
export class HostUnavailable extends Error {}

/** A command and all that it started were ended before their time, with what they had printed by then. */
export class CommandEndedEarly extends Error {
  override readonly name = "CommandEndedEarly";
  readonly why: "timeout" | "cancelled";
  readonly stdout: string;
  readonly stderr: string;

  constructor(why: "timeout" | "cancelled", output: { stdout: string; stderr: string }) {
    super(why === "timeout" ? "the command took too long" : "the command was cancelled");
    this.why = why;
    this.stdout = output.stdout;
    this.stderr = output.stderr;
  }
}

export interface ExecuteOptions {
  timeoutMs?: number;
  environment?: Record<string, string>;
  /** Ends the command, and all that it started. */
  signal?: AbortSignal;
}

/** Keeps machines to the rules of the networks that they stand in, as far as the host lets it. */
export interface NetworkGuard {
  /**
   * Takes the description as the network's whole truth from now on, for machines that boot later, too.
   * Where rules cannot be enforced, the log says so once, and machines run without.
   */
  describe(network: GuardedNetwork): Promise<void>;
  /** Whether the machine reaches others of its network under their private addresses alone, though it has another on this host. */
  translates(machineId: string): boolean;
  /** The machine's conversations since the last time; undefined where nothing counts them. */
  takeFlows(machineId: string): Promise<PacketFlow[] | undefined>;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}

/** What of Node's streams a conversation needs; the package's types must hold without Node's. */
export interface ProgramInput {
  write(bytes: Uint8Array | string): boolean;
}

export interface ProgramOutput {
  on(event: "data", listener: (bytes: Uint8Array) => void): unknown;
  once(event: "end" | "readable", listener: () => void): unknown;
  /** So many bytes, or null while there are not so many. */
  read(size: number): unknown;
  pause(): unknown;
  resume(): unknown;
  readonly readableEnded: boolean;
}

/** A program inside a machine with which somebody talks while it runs. */
export interface Conversation {
  readonly input: ProgramInput;
  /** What it prints, errors among it. */
  readonly output: ProgramOutput;
  /** Resolves with the program's exit code. */
  readonly ended: Promise<number>;
  /** Does nothing for a program without a terminal. */
  resize(size: TerminalSize): Promise<void>;
  /** Hangs up: the program and all that it started there end. */
  end(): void;
}

export interface ConverseOptions {
  environment?: Record<string, string>;
  /** Gives the program a terminal of this size. */
  terminal?: TerminalSize;
}

export interface ComputeDriver {
  readonly name: "process" | "docker" | "simulated";
  /**
   * Makes the machine and boots it. Doing it twice for one id changes nothing. May resolve while the
   * machine is still pending (`observe` and `onChange` tell when it runs), and always before user
   * data has run to its end. The same holds for stop, start and reboot.
   */
  launch(spec: MachineSpec): Promise<void>;
  /** Asks the machine to end, then ends it after a grace period; its disk stays. */
  stop(id: string, options?: { force?: boolean }): Promise<void>;
  /**
   * Boots a stopped machine again, with the CPU, memory, volumes and (where a driver can) host name
   * given; user data does not run again.
   */
  start(
    id: string,
    changes?: Partial<
      Pick<MachineSpec, "cpus" | "memoryBytes" | "hostname" | "environment" | "volumes">
    >,
  ): Promise<void>;
  reboot(id: string): Promise<void>;
  /** Ends the machine and deletes its disk. No error when it is gone already. */
  terminate(id: string): Promise<void>;
  observe(id: string): Promise<MachineObservation>;
  /** Every machine the driver knows, those of an earlier run of Fogbank included. */
  list(): Promise<MachineObservation[]>;
  /** Captures the root volume's bytes under an image id. */
  snapshot(id: string, imageId: string): Promise<{ sizeBytes: number }>;
  deleteImage(imageId: string): Promise<void>;
  /** Where a port of the machine is reached; undefined when it does not run. */
  reach(id: string, port: number): Promise<Reach | undefined>;
  /**
   * The address on which the machine's own server for instance metadata may listen; undefined where
   * there is none. Known before the launch, so that the machine's environment can name it.
   */
  metadataHost(id: string): Promise<string | undefined>;
  /**
   * The address of this host at which the machine asks for names, port 53; undefined where machines ask
   * others, and as long as it is not known.
   */
  resolverHost(id: string): Promise<string | undefined>;
  /** What the machine printed, oldest first, at most the last 64 KiB. */
  console(id: string): Promise<string>;
  /**
   * Runs a command inside the machine (SSM RunCommand). Rejects when the machine does not run, and with
   * CommandEndedEarly when time runs out or the signal ends it.
   */
  execute(
    id: string,
    command: readonly string[],
    options?: ExecuteOptions,
  ): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  /** Runs a command inside the machine and talks with it (Session Manager). Rejects when the machine does not run. */
  converse(
    id: string,
    command: readonly string[],
    options?: ConverseOptions,
  ): Promise<Conversation>;
  /** Calls back when a machine's state changed by itself. */
  onChange(changed: (id: string) => void): () => void;
  /** Ends every process at once, as a power cut would: the machine is failed, its disk as it was. */
  kill(id: string): Promise<void>;
  /**
   * Makes a running machine suffer exactly this from now on, `{}` nothing, until it stops or boots
   * anew. Rejects with ImpossibleImpairment for what the driver cannot do, and changes nothing then.
   */
  impair(id: string, impairment: Impairment): Promise<void>;
  readonly volumes: VolumeDriver;
  /** Undefined where machines have no packets that could be filtered. */
  readonly guard?: NetworkGuard;
  /** Leaves machines running where they can be adopted again (`terminate: false`) or ends them all. */
  close(options: { terminate: boolean }): Promise<void>;
}
