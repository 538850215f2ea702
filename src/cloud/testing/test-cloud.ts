/** A whole cloud in memory under a virtual clock, called without a wire: for tests of services. */
import { checkInput } from "#model/constraints/check-input.ts";
import { createLog } from "#runtime/log.ts";
import { parseDuration } from "#runtime/duration.ts";
import { createSeededRandom } from "#runtime/random.ts";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import type { Clock } from "#runtime/clock.ts";
import type { Store } from "#store/store.ts";
import { createMemoryStore } from "#store/memory.ts";
import type { ComputeDriver, Reach } from "#compute/driver.ts";
import {
  createSimulatedDriver,
  type SimulatedDriver,
} from "#compute/simulated/simulated-driver.ts";
import type { Caller, Clients } from "#services/kit/service.ts";
import { createNameDirectory } from "#services/kit/name-directory.ts";
import { rootPrincipal } from "#services/kit/principal.ts";
import { registry, type Registry } from "../registry.ts";
import { createServiceHost, type ServiceHost } from "../service-host.ts";

export interface TestCloud {
  clients: Clients;
  /** The account 123456789012 as root in us-east-1. */
  caller: Caller;
  clock: Clock;
  store: Store;
  host: ServiceHost;
  /** The driver of this cloud's machines unless another was given. */
  simulated: SimulatedDriver;
  /** "90s", "15m" … of cloud time, with everything that falls due meanwhile. */
  advance(duration: string): Promise<void>;
  stop(): Promise<void>;
}

export interface TestCloudOptions {
  seed?: number;
  /** Where simulated machines' servers are reached, for tests that put real ones there. */
  reach?: (id: string, port: number) => Reach | undefined;
  /** Simulated machines unless given. */
  compute?: ComputeDriver;
  store?: Store;
  /** Services to use in place of the registered ones. */
  registry?: Partial<Registry>;
  /** Errors of timers and reconcilers; thrown by `stop` unless given. */
  onError?: (error: unknown) => void;
  /** For clouds whose failures are the test: nothing is logged. */
  silent?: boolean;
}

export function createTestCloud(options: TestCloudOptions = {}): TestCloud {
  const errors: unknown[] = [];
  const onError = options.onError ?? ((error: unknown) => void errors.push(error));
  const clock = createVirtualClock({ onError });
  const store = options.store ?? createMemoryStore();
  const log = createLog({ level: options.silent ? "silent" : "error" });
  const seed = options.seed ?? 1;
  // Machines draw from a sequence of their own, so that they change no ids.
  const simulated = createSimulatedDriver({
    clock,
    random: createSeededRandom(seed + 1),
    ...(options.reach && { reach: options.reach }),
  });
  const host = createServiceHost({
    registry: { ...registry, ...options.registry },
    checkInput,
    environment: {
      clock,
      store,
      log,
      random: createSeededRandom(seed),
      compute: options.compute ?? simulated,
      dataDir: undefined,
      gateway: { endpoint: "http://127.0.0.1:4566", host: "127.0.0.1", port: 4566 },
      defaultRegion: "us-east-1",
      names: createNameDirectory(),
      dns: undefined,
    },
  });
  const scope = { account: "123456789012", region: "us-east-1" };
  return {
    clients: host.clients,
    caller: { ...scope, principal: rootPrincipal(scope.account, scope.region) },
    clock,
    store,
    host,
    simulated,
    advance: (duration) => clock.advance(parseDuration(duration)),
    async stop() {
      await host.stop();
      clock.stop();
      await store.close();
      if (errors.length > 0) throw new AggregateError(errors, "timers failed");
    },
  };
}
