/** The composition root: from options to a running cloud. */
import { resolve } from "node:path";
import { checkInput } from "#model/constraints/check-input.ts";
import { createLog } from "#runtime/log.ts";
import { createScaledClock } from "#runtime/scaled-clock.ts";
import { createSystemRandom } from "#runtime/random.ts";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import type { Clock } from "#runtime/clock.ts";
import type { Log } from "#runtime/log.ts";
import { openStore } from "./open-store.ts";
import { createCompute } from "#compute/select.ts";
import { sweepEndedClouds } from "#compute/process/passing-directory.ts";
import { isSimulated } from "#compute/simulated/is-simulated.ts";
import type { SimulatedDriver } from "#compute/simulated/simulated-driver.ts";
import { serve } from "#http/server.ts";
import type { HttpHandler } from "#http/http.ts";
import { createGateway } from "#gateway/gateway.ts";
import { keepClock, lastCloudTime } from "./clock-record.ts";
import { createNameDirectory } from "#services/kit/name-directory.ts";
import { checkOptions, defaultOptions, type CloudOptions } from "./options.ts";
import { ownEndpoints, registry } from "./registry.ts";
import { defaultAccount, openRootCredential } from "./root-credential.ts";
import { openSeededRandom } from "./seeded-random.ts";
import { createServiceHost, type ServiceHost } from "./service-host.ts";
import { createSuccession } from "./succession.ts";
import { version } from "./version.ts";

export interface Cloud {
  /** "http://127.0.0.1:4566" */
  readonly endpoint: string;
  readonly clock: Clock;
  /** The machines' model where they are simulated: it can be offered load, and machines can be made to fail. */
  readonly simulated: SimulatedDriver | undefined;
  /** What was done since the start. */
  work(): { requests: number; services: number };
  /** Forgets everything and stops every machine. */
  reset(): Promise<void>;
  /** Ends what is under way, stops the machines of a cloud that keeps nothing, closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts a cloud. Within a program it takes a free port and keeps nothing unless told otherwise;
 * resolves when the port answers. Throws OptionError for options that cannot be.
 */
export async function startCloud(given: Partial<CloudOptions> = {}): Promise<Cloud> {
  const options = checkOptions({
    ...defaultOptions,
    port: 0,
    dnsPort: 0,
    dataDir: undefined,
    logLevel: "warn",
    ...given,
    // Programs that run below it, functions among them, have working directories of their own.
    ...(given.dataDir !== undefined && { dataDir: resolve(given.dataDir) }),
  });
  const held = new AsyncDisposableStack();
  try {
    return await openCloud(options, held);
  } catch (error) {
    // A start that fails leaves no port, no store and no timer behind.
    await held.disposeAsync();
    throw error;
  }
}

/** `held` ends what was opened, the last first. */
async function openCloud(options: CloudOptions, held: AsyncDisposableStack): Promise<Cloud> {
  const log = createLog({ level: options.logLevel });
  const store = await openStore(options);
  held.defer(() => store.close());
  const random =
    options.seed === undefined ? createSystemRandom() : await openSeededRandom(store, options.seed);
  const clock = createClock(options, await lastCloudTime(store), log);
  held.defer(() => clock.stop());
  const clockKeeper = keepClock(clock, store);
  held.defer(() => clockKeeper.stop());

  // The port is known before there is anything behind it, for machines are told of it at their launch;
  // what comes in meanwhile waits, as clients would not understand a refusal.
  const { promise: opened, resolve: open, reject: giveUp } = Promise.withResolvers<HttpHandler>();
  opened.catch(() => "whoever asked meanwhile is told");
  let answer: HttpHandler = async (request) => (await opened)(request);
  let requests = 0;
  const server = await serve({
    host: options.host,
    port: options.port,
    wall: clock.wall,
    handler: (request) => {
      requests++;
      return answer(request);
    },
    onError: (error) => log.error("a connection failed", { error }),
  });
  held.defer(() => {
    giveUp(new Error("Fogbank did not start"));
    return server.close();
  });
  const endpoint = `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${server.port}`;
  const compute = await createCompute({
    kind: options.compute,
    dataDir: options.dataDir,
    clock,
    log,
    random,
  });
  held.defer(() => compute.close({ terminate: options.dataDir === undefined }));
  const createHost = () =>
    createServiceHost({
      registry,
      checkInput,
      environment: {
        clock,
        random,
        log,
        store,
        compute,
        dataDir: options.dataDir,
        gateway: { endpoint, host: options.host, port: server.port },
        defaultRegion: options.region,
        names: createNameDirectory(),
        dns: { host: options.host, port: options.dnsPort },
      },
    });
  const first = createHost();
  const services = createSuccession(first, {
    createHost() {
      const host = createHost();
      if (options.dnsPort > 0) startDns(host, log);
      return host;
    },
    async forget() {
      try {
        for (const { id } of await compute.list()) await compute.terminate(id);
      } finally {
        await store.clear();
      }
    },
  });
  held.defer(() => services.stop());
  const rootCredential = await openRootCredential(options, random);
  const gateway = createGateway({
    auth: options.auth,
    defaultRegion: options.region,
    allowedHosts: new Set(options.allowedHosts),
    clock,
    random,
    log,
    backend: () => services.present,
    rootCredential,
    defaultAccount,
    administration: {
      version,
      clock,
      services: () => Object.fromEntries(Object.keys(registry).map((name) => [name, "available"])),
      reset: () => services.reset(),
      own: (name, wish) => {
        const service = Object.hasOwn(ownEndpoints, name) ? ownEndpoints[name] : undefined;
        return service && services.present.askOwn(service, name, wish);
      },
      defaultScope: { account: defaultAccount, region: options.region },
      async rootCertificate(request) {
        const [site] = await services.present.sitesOf("acm");
        return site!.handle(request);
      },
    },
  });
  // Who asks for a load balancer's name before its service is loaded would get an answer of S3's.
  await first.start();
  answer = (request) => services.next?.then(() => gateway(request)) ?? gateway(request);
  open(answer);
  if (options.dnsPort > 0) startDns(first, log);
  // What is under way comes to its end while all is there.
  held.defer(() => server.close());
  // Whatever this one keeps: a killed one that kept nothing left its machines' files, and nobody else looks.
  void sweepEndedClouds(log);
  return {
    endpoint,
    clock,
    simulated: isSimulated(compute) ? compute : undefined,
    work: () => ({ requests, services: services.present.loadedCount() }),
    reset: () => services.reset(),
    stop: () => held.disposeAsync(),
  };
}

/** Names of load balancers and instances are answered though nobody uses Route 53; nobody waits for it. */
function startDns(host: ServiceHost, log: Log): void {
  host
    .load("route53")
    .catch((error: unknown) => log.error("the DNS server did not start", { error }));
}

function createClock(options: CloudOptions, lastMs: number | undefined, log: Log): Clock {
  const onError = (error: unknown) => log.error("a timer's task failed", { error });
  if (options.clock === "virtual") return createVirtualClock({ onError, startMs: lastMs });
  return createScaledClock({ speed: options.speed, notBeforeMs: lastMs, onError });
}
