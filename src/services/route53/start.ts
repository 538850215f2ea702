/** Starts the DNS server and keeps it told of names, machines and the gateway. */
import { listScopes } from "#store/collection.ts";
import type { Environment } from "#services/kit/service.ts";
import { healthChecks, healthStatuses, hostedZones } from "./records.ts";
import type { State } from "./state.ts";
import type { ListenConfig, ZoneConfig } from "./dataplane/config.ts";
import { createListeners } from "./listeners.ts";
import { readCommon, readZone } from "./read-config.ts";
import { effectiveHealth } from "./reconcilers/health-plan.ts";

/** Where a machine's resolver asks: names are looked up at no other port. */
const resolverPort = 53;

export async function startDns(env: Environment, state: State): Promise<void> {
  const { names, gateway, defaultRegion, log, clock } = env;
  const machines = new Map<string, ListenConfig>();
  /** Once it had a port, the server keeps to it. */
  let wantedPort: number | undefined;
  const onError = (error: unknown) => log.error("the DNS server was not told of names", { error });
  /** What the server is told, one thing after the other. */
  let telling = Promise.resolve();
  const inTurn = (task: () => Promise<void>) => {
    telling = clock.track(telling.then(task).catch(onError));
    return telling;
  };
  const listeners = createListeners({
    plane: () => state.plane(),
    wall: clock.wall,
    log,
    inTurn: (task) => void inTurn(task),
  });
  const tellNames = async () => {
    const published = names.list();
    await state.plane().setCommon({ names: published.flatMap((one) => one.names) });
    if (clock.mode === "virtual") return;
    const present = new Map(
      published.flatMap(({ machine }) => (machine ? [[machine.host, machine] as const] : [])),
    );
    for (const [host, config] of machines)
      if (present.get(host)?.vpcId !== config.vpcId || present.get(host)?.zone !== config.zone) {
        machines.delete(host);
        await listeners.drop(config);
      }
    for (const [host, { vpcId, zone }] of present)
      if (!machines.has(host)) {
        const config = { host, port: resolverPort, vpcId, zone };
        machines.set(host, config);
        await listeners.want(config, {
          missing: "a machine's resolver is not there: it asks this host's own instead",
          found: "a machine's resolver is there",
        });
      }
  };
  const tellCommon = () =>
    state.plane().setCommon({
      gatewayHost: gateway.host === "0.0.0.0" || gateway.host === "::" ? "127.0.0.1" : gateway.host,
      defaultRegion,
      health: Object.fromEntries(state.health),
      names: names.list().flatMap((one) => one.names),
    });
  const open = async () => {
    if (!env.dns || clock.mode === "virtual") return;
    const { host } = env.dns;
    const found = "names are answered over UDP and TCP";
    wantedPort ??= env.dns.port;
    state.boundPort = undefined;
    const port = await listeners.want(
      { host, port: wantedPort },
      {
        missing: "the DNS server has no port: names are answered inside Fogbank only",
        found,
        onPort: (bound) => (state.boundPort = wantedPort = bound),
      },
    );
    if (port !== undefined) log.info(found, { host, port });
  };
  state.endings.push(
    names.onChange(() => void inTurn(tellNames)),
    async () => {
      listeners.end();
      await telling;
    },
  );
  state.refill = async (beforeListening) => {
    await state.inOrder(async () => bring(state, await readAll(env)));
    await tellCommon();
    // Between the two nobody answers: what can be done before or after is.
    await beforeListening?.();
    await inTurn(async () => {
      listeners.clear();
      machines.clear();
      await open();
      await tellNames();
    });
  };
  const stored = await readAll(env);
  for (const [id, healthy] of stored.health) state.health.set(id, healthy);
  if (stored.zones.length > 0) state.moveToThread();
  // Who asks right after a restart gets what he got before it.
  await bring(state, stored);
  await tellCommon();
  await open();
  await tellNames();
}

/** What a server that was started anew does not know. */
interface Stored {
  zones: ZoneConfig[];
  common: Awaited<ReturnType<typeof readCommon>>;
  /** By health check, as it was decided last. */
  health: Map<string, boolean>;
}

function readAll({ store }: Environment): Promise<Stored> {
  return store.transaction(async (tx) => {
    const zones: ZoneConfig[] = [];
    const health = new Map<string, boolean>();
    for (const scope of await listScopes(tx)) {
      for (const { id } of await hostedZones.list(tx, scope)) {
        const zone = await readZone(tx, scope, id);
        if (zone) zones.push(zone);
      }
      for (const { id, config } of await healthChecks.list(tx, scope)) {
        const status = await healthStatuses.get(tx, scope, id);
        health.set(id, effectiveHealth(status?.healthy ?? true, config));
      }
    }
    return { zones, common: await readCommon(tx), health };
  });
}

async function bring(state: State, { zones, common }: Stored): Promise<void> {
  for (const zone of zones) await state.plane().setZone(zone);
  await state.plane().setCommon(common);
  state.logsQueries = common.loggedZones.length > 0;
}
