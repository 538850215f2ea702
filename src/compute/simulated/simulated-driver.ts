/**
 * Machines that are only computed: a boot takes its time on the cloud's clock, load that is offered
 * uses processor time and queues up. For rehearsals and for tests of controllers; nothing runs.
 */
import type { Clock } from "#runtime/clock.ts";
import type { Random } from "#runtime/random.ts";
import {
  ImpossibleImpairment,
  type ComputeDriver,
  type MachineObservation,
  type MachineSpec,
  type MachineState,
  type Reach,
} from "../driver.ts";
import { createSimulatedVolumes } from "./simulated-volumes.ts";
import { createDueList } from "./due-list.ts";
import { latencyMs, pass, utilisation, type QueueModel } from "./queueing.ts";

export interface SimulationModel extends QueueModel {
  /** From launch to running, without user data. */
  bootMs: number;
  /** What user data adds at the first boot, unless the machine starts from a snapshot. */
  bootstrapMs: number;
  /** From the wish to stop to being stopped. */
  shutdownMs: number;
  /** Boots differ by this part up and down, 0 to 1. */
  jitter: number;
  /** Processor time that a machine uses without any request, as part of one CPU. */
  idleCpu: number;
  /** Bytes that a snapshot is said to have. */
  snapshotBytes: number;
}

/** Orders of magnitude of a small web server; a rehearsal that means it calibrates its own. */
export const defaultModel: SimulationModel = {
  requestsPerSecondPerCpu: 100,
  longestQueue: 1000,
  bootMs: 20_000,
  bootstrapMs: 20_000,
  shutdownMs: 5_000,
  jitter: 0.2,
  idleCpu: 0.01,
  snapshotBytes: 2 * 1024 ** 3,
};

export interface SimulatedLoad {
  /** Part of the processors' time in use, 0 to 1. */
  utilisation: number;
  latencyMs: number;
  waiting: number;
  /** Requests since launch. */
  served: number;
  refused: number;
}

export interface SimulatedDriver extends ComputeDriver {
  /** From now on so many requests a second arrive at the machine; those at one that does not run are refused. */
  offer(id: string, requestsPerSecond: number): void;
  /** All zero for a machine that is not there, as `observe` says that it is absent. */
  load(id: string): SimulatedLoad;
  /** The machine dies as if its processes had been killed. */
  fail(id: string, reason?: string): void;
}

export interface SimulatedDriverOptions {
  clock: Clock;
  random: Random;
  model?: Partial<SimulationModel>;
  /** Where a machine's servers are said to be reached, for tests that put a real server there. */
  reach?: (id: string, port: number) => Reach | undefined;
}

interface Simulated {
  spec: MachineSpec;
  state: MachineState;
  reason: string | undefined;
  arrivals: number;
  waiting: number;
  served: number;
  refused: number;
  cpuSeconds: number;
  /** Up to when the figures above are counted, cloud time. */
  countedMs: number;
  launchedMs: number;
  /** The part of its processors that it is left: 0 while it is paused. */
  cpuShare: number;
  console: string;
}

export function createSimulatedDriver(options: SimulatedDriverOptions): SimulatedDriver {
  const { clock, random } = options;
  const model = { ...defaultModel, ...options.model };
  const machines = new Map<string, Simulated>();
  const images = new Set<string>();
  const volumes = createSimulatedVolumes(machines);
  const listeners = new Set<(id: string) => void>();

  const transitions = createDueList<Simulated>(clock, (machine) => {
    count(machine);
    machine.state = machine.state === "pending" ? "running" : "stopped";
    print(machine, machine.state === "running" ? "Cloud-init v. 24.4 finished" : "Power down");
    changed(machine);
  });
  const changed = ({ spec }: Simulated) => {
    for (const listener of listeners) listener(spec.id);
  };
  const print = (machine: Simulated, text: string) => {
    machine.console =
      `${machine.console}[${((clock.now() - machine.launchedMs) / 1000).toFixed(3)}] simulated machine ${machine.spec.id}: ${text}\n`.slice(
        -64 * 1024,
      );
  };
  const count = (machine: Simulated) => {
    const nowMs = clock.now();
    const seconds = (nowMs - machine.countedMs) / 1000;
    machine.countedMs = nowMs;
    if (seconds <= 0) return;
    if (machine.state !== "running") {
      machine.refused += machine.arrivals * seconds;
      return;
    }
    const { arrivals, waiting, spec } = machine;
    const cpus = spec.cpus * machine.cpuShare;
    const passed = pass(model, { arrivals, waiting, cpus }, seconds);
    machine.waiting = passed.waiting;
    machine.served += passed.served;
    machine.refused += passed.refused;
    machine.cpuSeconds += Math.min(
      cpus * seconds,
      passed.cpuSeconds + model.idleCpu * machine.cpuShare * seconds,
    );
  };
  const known = (id: string): Simulated => {
    const machine = machines.get(id);
    if (!machine) throw new Error(`there is no machine ${id}`);
    return machine;
  };
  const boot = (machine: Simulated, bootstrapMs: number) => {
    count(machine);
    machine.state = "pending";
    machine.reason = undefined;
    machine.cpuShare = 1;
    const jitter = 1 + model.jitter * (2 * random.next() - 1);
    transitions.add(clock.now() + (model.bootMs + bootstrapMs) * jitter, machine);
  };
  const halt = (machine: Simulated, state: MachineState) => {
    count(machine);
    transitions.delete(machine);
    machine.refused += machine.waiting;
    machine.waiting = 0;
    machine.state = state;
  };
  const observation = (machine: Simulated): MachineObservation => {
    count(machine);
    const { spec, state, cpuSeconds, reason } = machine;
    return {
      id: spec.id,
      state,
      labels: spec.labels,
      measuredMs: machine.countedMs,
      cpuSeconds,
      memoryBytes: state === "running" ? Math.round(spec.memoryBytes / 4) : 0,
      ...(reason !== undefined && { reason }),
    };
  };
  const driver: SimulatedDriver = {
    name: "simulated",
    async launch(spec) {
      if (machines.has(spec.id)) return;
      const machine: Simulated = {
        spec,
        state: "pending",
        reason: undefined,
        arrivals: 0,
        waiting: 0,
        served: 0,
        refused: 0,
        cpuSeconds: 0,
        countedMs: clock.now(),
        launchedMs: clock.now(),
        cpuShare: 1,
        console: "",
      };
      machines.set(spec.id, machine);
      print(machine, "Cloud-init v. 24.4 running 'init'");
      boot(machine, spec.userData && !images.has(spec.image.id) ? model.bootstrapMs : 0);
    },
    async stop(id, { force = false } = {}) {
      const machine = known(id);
      if (machine.state === "stopped" || machine.state === "stopping") return;
      halt(machine, force ? "stopped" : "stopping");
      if (!force) transitions.add(clock.now() + model.shutdownMs, machine);
    },
    async start(id, changes = {}) {
      const machine = known(id);
      if (machine.state === "running" || machine.state === "pending") return;
      count(machine);
      transitions.delete(machine);
      machine.spec = { ...machine.spec, ...changes };
      boot(machine, 0);
    },
    async reboot(id) {
      const machine = known(id);
      halt(machine, "pending");
      boot(machine, 0);
    },
    async terminate(id) {
      const machine = machines.get(id);
      if (!machine) return;
      transitions.delete(machine);
      volumes.forget(id);
      machines.delete(id);
    },
    async observe(id) {
      const machine = machines.get(id);
      if (machine) return observation(machine);
      return {
        id,
        state: "absent",
        labels: {},
        measuredMs: clock.now(),
        cpuSeconds: 0,
        memoryBytes: 0,
      };
    },
    list: async () => [...machines.values()].map(observation),
    async snapshot(id, imageId) {
      known(id);
      images.add(imageId);
      return { sizeBytes: model.snapshotBytes };
    },
    async deleteImage(imageId) {
      images.delete(imageId);
    },
    async reach(id, port) {
      return machines.get(id)?.state === "running" ? options.reach?.(id, port) : undefined;
    },
    metadataHost: async () => undefined,
    resolverHost: async () => undefined,
    console: async (id) => known(id).console,
    async execute(id) {
      known(id);
      throw new ImpossibleImpairment(
        "a simulated machine runs no commands; choose --compute process",
      );
    },
    volumes,
    async converse(id) {
      known(id);
      throw new ImpossibleImpairment(
        "a simulated machine runs no programs; choose --compute process",
      );
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async kill(id) {
      if (known(id).state === "running") driver.fail(id, "the machine lost its power");
    },
    async impair(id, { paused = false, cpuShare = 1, packetLoss, packetDelayMs }) {
      const machine = known(id);
      if (machine.state !== "running") throw new Error(`machine ${id} does not run`);
      if (packetLoss !== undefined || packetDelayMs !== undefined)
        throw new ImpossibleImpairment("the model of a machine has no packets that could be lost");
      count(machine);
      machine.cpuShare = paused ? 0 : cpuShare;
    },
    async close({ terminate }) {
      transitions.stop();
      if (terminate) machines.clear();
      listeners.clear();
    },
    offer(id, requestsPerSecond) {
      const machine = known(id);
      count(machine);
      machine.arrivals = requestsPerSecond;
    },
    load(id) {
      const machine = machines.get(id);
      if (!machine) return { utilisation: 0, latencyMs: 0, waiting: 0, served: 0, refused: 0 };
      count(machine);
      const { arrivals, waiting, served, refused, spec, state } = machine;
      const queue = { arrivals, waiting, cpus: spec.cpus * machine.cpuShare };
      const runs = state === "running" && machine.cpuShare > 0;
      return {
        utilisation: runs ? utilisation(model, queue) : 0,
        latencyMs: runs ? latencyMs(model, queue) : 0,
        waiting,
        served,
        refused,
      };
    },
    fail(id, reason = "the machine was made to fail") {
      const machine = known(id);
      halt(machine, "failed");
      machine.reason = reason;
      changed(machine);
    },
  };
  return driver;
}
