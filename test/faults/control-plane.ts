/**
 * A control plane that can be killed: everything that it reaches the world with (store, machines,
 * clock) goes through doors that close for good at its death. Whatever it was in the middle of fails
 * there, as the rest of a killed process never runs; what it had done by then stays done.
 */
import { createNameDirectory } from "#services/kit/name-directory.ts";
import { createServiceHost, type ServiceHost } from "#cloud/service-host.ts";
import { registry } from "#cloud/registry.ts";
import { checkInput } from "#model/constraints/check-input.ts";
import { createLog } from "#runtime/log.ts";
import { createSeededRandom } from "#runtime/random.ts";
import type { Clock, Task, Timer } from "#runtime/clock.ts";
import type { SimulatedDriver } from "#compute/simulated/simulated-driver.ts";
import type { Clients } from "#services/kit/service.ts";
import type { Store } from "#store/store.ts";

/** What does not die with a control plane. */
export interface World {
  clock: Clock;
  store: Store;
  machines: SimulatedDriver;
}

export interface ControlPlane {
  readonly clients: Clients;
  readonly alive: boolean;
  /** Lines that it logged as errors while it lived. */
  readonly errors: readonly string[];
  /** Dies with its so-many-th commit or call to a machine from now on: just before it, or just after. */
  dieAt(steps: number, when: "before" | "after"): void;
  /** Ends in order: what is under way is finished. */
  stop(): Promise<void>;
  /** Dies now, if it is not dead, and gives its sockets back. */
  kill(): Promise<void>;
}

/** What code of a dead control plane runs into. */
export class Killed extends Error {}

export async function startControlPlane(world: World, seed: number): Promise<ControlPlane> {
  const errors: string[] = [];
  const closings = new Set<() => void>();
  let dead = false;
  let stepsLeft = Number.POSITIVE_INFINITY;
  let dyingWhen: "before" | "after" = "before";

  const die = () => {
    dead = true;
    for (const close of closings) close();
    closings.clear();
  };
  const mustLive = () => {
    if (dead) throw new Killed();
  };
  /** Called around each thing that stays done. */
  const step = (when: "before" | "after") => {
    mustLive();
    if (when === "before") stepsLeft--;
    if (stepsLeft <= 0 && when === dyingWhen) die();
    mustLive();
  };
  const doors = {
    clock: clockDoor(world.clock, closings, () => dead),
    store: storeDoor(world.store, closings, step),
    compute: computeDoor(world.machines, closings, step),
  };
  const host: ServiceHost = createServiceHost({
    registry,
    checkInput,
    environment: {
      ...doors,
      log: createLog({ level: "error", write: (line) => dead || errors.push(line) }),
      random: createSeededRandom(seed),
      dataDir: undefined,
      gateway: { endpoint: "http://127.0.0.1:4566", host: "127.0.0.1", port: 4566 },
      defaultRegion: "us-east-1",
      names: createNameDirectory(),
      dns: undefined,
    },
  });
  await host.start();
  return {
    clients: host.clients,
    get alive() {
      return !dead;
    },
    errors,
    dieAt(steps, when) {
      stepsLeft = steps;
      dyingWhen = when;
    },
    async stop() {
      await host.stop();
      if (closings.size > 0) errors.push(`${closings.size} timers or watches are left`);
      if (!dead) die();
    },
    async kill() {
      if (!dead) die();
      await host.stop();
    },
  };
}

type Closings = Set<() => void>;

/** Closes with the control plane unless it is closed before. */
function closing(closings: Closings, close: () => void): () => void {
  const own = () => {
    closings.delete(own);
    close();
  };
  closings.add(own);
  return own;
}

function clockDoor(clock: Clock, closings: Closings, isDead: () => boolean): Clock {
  const at = (dueMs: number, task: Task): Timer => {
    if (isDead()) return { cancel() {} };
    const timer = clock.at(dueMs, () => {
      closings.delete(cancel);
      return task();
    });
    const cancel = closing(closings, () => timer.cancel());
    return { cancel };
  };
  return { ...clock, at, after: (delayMs, task) => at(clock.now() + delayMs, task), stop() {} };
}

type Step = (when: "before" | "after") => void;

function storeDoor(store: Store, closings: Closings, step: Step): Store {
  return {
    durability: store.durability,
    async transaction(run) {
      const result = await store.transaction(async (tx) => {
        const value = await run(tx);
        step("before");
        return value;
      });
      step("after");
      return result;
    },
    watch: (prefix, changed) => closing(closings, store.watch(prefix, changed)),
    watchCollection: (path, changed) => closing(closings, store.watchCollection(path, changed)),
    clear: () => Promise.reject(new Error("nobody resets the cloud here")),
    close: async () => {},
  };
}

function computeDoor(machines: SimulatedDriver, closings: Closings, step: Step): SimulatedDriver {
  const asked = async <T>(ask: () => Promise<T>): Promise<T> => {
    step("before");
    const answer = await ask();
    step("after");
    return answer;
  };
  return {
    ...machines,
    launch: (spec) => asked(() => machines.launch(spec)),
    stop: (id, options) => asked(() => machines.stop(id, options)),
    start: (id, changes) => asked(() => machines.start(id, changes)),
    reboot: (id) => asked(() => machines.reboot(id)),
    terminate: (id) => asked(() => machines.terminate(id)),
    observe: (id) => asked(() => machines.observe(id)),
    list: () => asked(() => machines.list()),
    onChange: (listener) => closing(closings, machines.onChange(listener)),
    close: async () => {},
  };
}
