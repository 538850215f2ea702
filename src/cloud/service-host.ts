/**
 * Holds the services of one cloud: loads each at its first use, gives it its state, runs its
 * reconcilers, and calls its operations for the gateway and for other services alike.
 */
import { notImplemented } from "#model/error.ts";
import type { ServiceName } from "#model/sdk.ts";
import { listScopes, type Scope } from "#store/collection.ts";
import type { Key, Unwatch } from "#store/store.ts";
import type {
  AnyServiceDefinition,
  Caller,
  Clients,
  Credential,
  CrossOriginRules,
  Environment,
  OwnWish,
  RequestContext,
  Site,
} from "#services/kit/service.ts";
import { CloudEndingError } from "#services/kit/cloud-ending.ts";
import { createGroupDirectory } from "#services/kit/group-directory.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { createSharedPlane } from "#traffic/shared-plane.ts";
import type { Registry } from "./registry.ts";
import { createWorkQueue, type WorkQueue } from "./work-queue.ts";

/** What a request says about itself; the rest of its context comes from the environment. */
export type RequestFacts = Omit<RequestContext, keyof Environment | "signal"> & {
  /** Who waits for the answer. Few operations ask, and what answers them costs more than it seems. */
  readonly client: { readonly signal: AbortSignal };
};

/** Checks an input against the constraints of AWS's model; throws AWS's validation error. */
export type CheckInput = (
  service: ServiceName,
  operation: string,
  input: unknown,
) => Promise<void> | undefined;

export interface ServiceHost {
  readonly clients: Clients;
  /** Throws at once what is known before the operation begins. */
  invoke(
    service: ServiceName,
    operation: string,
    input: unknown,
    facts: RequestFacts,
  ): Promise<unknown>;
  /** A service's sites; loads it. */
  sitesOf(service: ServiceName): Promise<readonly Site[]>;
  /** Sites of the services loaded so far. */
  sites(): readonly Site[];
  /** The rules for pages of the services loaded so far. */
  crossOrigin(): readonly CrossOriginRules[];
  findCredential(accessKeyId: string): Promise<Credential | undefined>;
  /** Asks one of a service's own endpoints. */
  askOwn(service: ServiceName, name: string, wish: OwnWish): Promise<unknown>;
  /** How many services are in use. */
  loadedCount(): number;
  /** Has a service ready before anyone calls it. */
  load(service: ServiceName): Promise<void>;
  /** Loads the services that left records behind and queues every reconciler's keys. */
  start(): Promise<void>;
  /** Once more it waits for the same end. */
  stop(): Promise<void>;
}

export interface ServiceHostOptions {
  registry: Registry;
  environment: Omit<Environment, "clients" | "groups" | "traffic">;
  checkInput: CheckInput;
}

type AnyOperation = (input: unknown, context: unknown) => Promise<unknown>;

interface Loaded {
  definition: AnyServiceDefinition;
  state: unknown;
  sites: Site[];
  queues: WorkQueue[];
  unwatch: Unwatch[];
}

/** The services that issue access keys. */
const issuers: readonly ServiceName[] = ["iam", "sts"];

export function createServiceHost(options: ServiceHostOptions): ServiceHost {
  const { registry, checkInput } = options;
  const loaded = new Map<ServiceName, Promise<Loaded>>();
  /** Those whose loading has ended, so that calls need not wait a turn for it. */
  const ready = new Map<ServiceName, Loaded>();
  const sites: Site[] = [];
  const crossOrigin: CrossOriginRules[] = [];
  const measurements = new Set<string>();
  let stopped: Promise<void> | undefined;

  const clients = createClients(async (service, operation, input, caller) =>
    host.invoke(service, operation, input, factsOf(caller)),
  );
  const environment: Environment = {
    ...options.environment,
    clients,
    groups: createGroupDirectory(),
    traffic: createSharedPlane(),
  };
  const { store, log, clock, compute } = environment;
  // Only a clock that leaves looks out has to know.
  const unstir: Unwatch[] =
    clock.mode === "virtual"
      ? [
          compute.onChange(() => clock.stir()),
          store.watch([], (keys) => {
            const isNews = ([owner, , service, kind]: Key) =>
              owner !== "fogbank" && !measurements.has(`${String(service)}/${String(kind)}`);
            if (keys.some(isNews)) clock.stir();
          }),
        ]
      : [];

  const load = (name: ServiceName): Promise<Loaded> => {
    const present = loaded.get(name);
    if (present) return present;
    const loading = loadService(name);
    loaded.set(name, loading);
    loading.catch(() => loaded.delete(name));
    return loading;
  };
  const loadService = async (name: ServiceName): Promise<Loaded> => {
    if (stopped) throw new CloudEndingError();
    const { service: definition } = await registry[name]();
    for (const { path } of definition.measurements ?? []) measurements.add(path.join("/"));
    const env: Environment = { ...environment, log: log.with({ service: name }) };
    const state: unknown = definition.createState?.(env);
    const own: Loaded = {
      definition,
      state,
      sites: definition.sites?.(env, state) ?? [],
      queues: [],
      unwatch: [],
    };
    const rules = definition.crossOrigin?.(env, state);
    sites.push(...own.sites);
    if (rules) crossOrigin.push(rules);
    try {
      await definition.start?.(env, state);
      for (const reconciler of definition.reconcilers?.(env, state) ?? [])
        await runReconciler(reconciler, own);
    } catch (error) {
      // What was begun must not go on beside the next attempt.
      for (const site of own.sites) sites.splice(sites.indexOf(site), 1);
      if (rules) crossOrigin.splice(crossOrigin.indexOf(rules), 1);
      await endServices([own]).catch((reason: unknown) =>
        log.warn("a service that could not be loaded leaves something behind", { name, reason }),
      );
      throw error;
    }
    ready.set(name, own);
    return own;
  };
  const endServices = async (all: readonly Loaded[]) => {
    for (const { unwatch } of all) for (const end of unwatch) end();
    await Promise.all(all.flatMap((own) => own.queues.map((queue) => queue.stop())));
    const failures: unknown[] = [];
    for (const { definition, state } of all)
      try {
        await definition.stop?.(environment, state);
      } catch (error) {
        // The others end all the same.
        failures.push(error);
      }
    if (failures.length > 0) throw new AggregateError(failures, "not every service ended");
  };
  const runReconciler = async (reconciler: Reconciler, own: Loaded) => {
    const queue = createWorkQueue(reconciler, environment);
    own.queues.push(queue);
    reconciler.subscribe?.((scope, id) => queue.add(scope, id));
    for (const { collection, idOf } of reconciler.watches) {
      const wake = (scope: Scope, recordId: Key) => {
        const id = idOf ? idOf(recordId) : recordId;
        if (id) queue.add(scope, id);
      };
      const changed = (keys: readonly Key[]) => {
        for (const key of keys) {
          const { scope, id } = collection.parse(key)!;
          wake(scope, id);
        }
      };
      own.unwatch.push(store.watchCollection(collection.path, changed));
      const present = await store.transaction(async (tx) => {
        const found: { scope: Scope; id: Key }[] = [];
        for (const scope of await listScopes(tx))
          for (const { id } of await collection.entries(tx, scope)) found.push({ scope, id });
        return found;
      });
      for (const { scope, id } of present) wake(scope, id);
    }
  };
  const servicesWithRecords = () =>
    store.transaction(async (tx) => {
      const names = new Set<string>();
      for (const { account, region } of await listScopes(tx))
        for (const name of Object.keys(registry)) {
          const [first] = await tx.range([account, region, name], { limit: 1 });
          if (first) names.add(name);
        }
      return [...names] as ServiceName[];
    });

  const run = (
    { definition, state }: Loaded,
    service: ServiceName,
    operation: string,
    input: unknown,
    facts: RequestFacts,
  ): Promise<unknown> => {
    const operations = definition.operations as Record<string, AnyOperation | undefined>;
    const perform = operations[operation];
    if (!perform) throw notImplemented(service, operation);
    const checking = checkInput(service, operation, input);
    const context = new OperationContext(environment, facts, state);
    return checking ? checking.then(() => perform(input, context)) : perform(input, context);
  };

  const stop = async () => {
    const all = (await Promise.allSettled(loaded.values())).flatMap((result) =>
      result.status === "fulfilled" ? [result.value] : [],
    );
    try {
      await endServices(all);
    } finally {
      for (const end of unstir) end();
      await environment.traffic.close();
    }
  };
  const host: ServiceHost = {
    clients,
    // Only a service's first call has to wait, for the service and for its constraints.
    invoke(service, operation, input, facts) {
      const own = ready.get(service);
      return own
        ? run(own, service, operation, input, facts)
        : load(service).then((loading) => run(loading, service, operation, input, facts));
    },
    sitesOf: async (service) => (await load(service)).sites,
    sites: () => sites,
    crossOrigin: () => crossOrigin,
    async findCredential(accessKeyId) {
      for (const name of issuers) {
        const { definition, state } = await load(name);
        const found = await definition.findCredential?.(environment, state, accessKeyId);
        if (found) return found;
      }
      return undefined;
    },
    async askOwn(service, name, wish) {
      const { definition, state } = await load(service);
      const endpoint = definition.ownEndpoints?.(environment, state)[name];
      if (!endpoint) throw new Error(`${service} has no endpoint ${name}`);
      return endpoint(wish);
    },
    loadedCount: () => ready.size,
    async load(service) {
      await load(service);
    },
    async start() {
      for (const name of await servicesWithRecords()) await load(name);
      // All of them first: one may serve only what another knows.
      await Promise.all(
        [...ready.values()].map(async (own) => own.definition.ready?.(environment, own.state)),
      );
    },
    stop: () => (stopped ??= stop()),
  };

  const factsOf = (caller: Caller): RequestFacts => ({
    account: caller.account,
    region: caller.region,
    principal: caller.principal,
    requestId: caller.requestId ?? environment.random.uuid(),
    client: internalClient,
    baseUrl: environment.gateway.endpoint,
    sourceIp: "127.0.0.1",
    userAgent: caller.principal.arn,
  });
  return host;
}

const internalClient = { signal: new AbortController().signal };

/** One object for each request, made without copying the environment member by member at runtime. */
class OperationContext implements RequestContext {
  readonly clock: Environment["clock"];
  readonly random: Environment["random"];
  readonly log: Environment["log"];
  readonly store: Environment["store"];
  readonly compute: Environment["compute"];
  readonly clients: Clients;
  readonly dataDir: Environment["dataDir"];
  readonly gateway: Environment["gateway"];
  readonly defaultRegion: string;
  readonly names: Environment["names"];
  readonly groups: Environment["groups"];
  readonly traffic: Environment["traffic"];
  readonly dns: Environment["dns"];
  readonly account: string;
  readonly region: string;
  readonly isRegionAssumed: boolean;
  readonly principal: RequestContext["principal"];
  readonly requestId: string;
  readonly baseUrl: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly state: unknown;
  readonly #client: RequestFacts["client"];

  constructor(environment: Environment, facts: RequestFacts, state: unknown) {
    this.clock = environment.clock;
    this.random = environment.random;
    this.log = environment.log;
    this.store = environment.store;
    this.compute = environment.compute;
    this.clients = environment.clients;
    this.dataDir = environment.dataDir;
    this.gateway = environment.gateway;
    this.defaultRegion = environment.defaultRegion;
    this.names = environment.names;
    this.groups = environment.groups;
    this.traffic = environment.traffic;
    this.dns = environment.dns;
    this.account = facts.account;
    this.region = facts.region;
    this.isRegionAssumed = facts.isRegionAssumed ?? false;
    this.principal = facts.principal;
    this.requestId = facts.requestId;
    this.baseUrl = facts.baseUrl;
    this.sourceIp = facts.sourceIp;
    this.userAgent = facts.userAgent;
    this.state = state;
    this.#client = facts.client;
  }

  get signal(): AbortSignal {
    return this.#client.signal;
  }
}

type Call = (
  service: ServiceName,
  operation: string,
  input: unknown,
  caller: Caller,
) => Promise<unknown>;

function createClients(call: Call): Clients {
  const clientOf = (service: ServiceName) => (caller: Caller) =>
    new Proxy(Object.create(null) as object, {
      get: (_client, operation: string) =>
        // A client that is awaited by mistake must not look like a promise.
        operation === "then"
          ? undefined
          : (input: unknown) => call(service, operation, input, caller),
    });
  return new Proxy(Object.create(null) as object, {
    get: (_clients, service: ServiceName) => clientOf(service),
  }) as Clients;
}
