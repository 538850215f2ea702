/** Starts the DNS server and keeps it told of names, machines and the gateway. */
import { listScopes } from "#store/collection.ts";
import type { Environment } from "#services/kit/service.ts";
import { healthChecks, healthStatuses, hostedZones } from "./records.ts";
import type { State } from "./state.ts";
import type { ListenConfig, ZoneConfig } from "./dataplane/config.ts";
import { readCommon, readZone } from "./read-config.ts";
import { effectiveHealth } from "./reconcilers/health-plan.ts";

/** Where a machine's resolver asks: names are looked up at no other port. */
const resolverPort = 53;

export async function startDns(env: Environment, state: State): Promise<void> {
  const { names, gateway, defaultRegion, log, clock } = env;
  const machines = new Map<string, ListenConfig>();
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
        await state.plane().unlisten(config);
      }
    for (const [host, { vpcId, zone }] of present)
      if (!machines.has(host)) {
        const config = { host, port: resolverPort, vpcId, zone };
        machines.set(host, config);
        await listen(config, "a machine's resolver is not there: it asks this host's own instead");
      }
  };
  const listen = async (config: ListenConfig, otherwise: string) => {
    try {
      return await state.plane().listen(config);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      log.warn(otherwise, { host: config.host, port: config.port, reason: code });
      return undefined;
    }
  };
  const onError = (error: unknown) => log.error("the DNS server was not told of names", { error });
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
    state.boundPort = await listen(
      { host, port: state.boundPort ?? env.dns.port },
      "the DNS server has no port: names are answered inside Fogbank only",
    );
    if (state.boundPort !== undefined)
      log.info("names are answered over UDP and TCP", { host, port: state.boundPort });
  };
  let telling = Promise.resolve();
  state.endings.push(
    names.onChange(() => {
      telling = clock.track(telling.then(tellNames).catch(onError));
    }),
  );
  state.refill = async (beforeListening) => {
    await state.inOrder(async () => bring(state, await readAll(env)));
    await tellCommon();
    // Between the two nobody answers: what can be done before or after is.
    await beforeListening?.();
    await open();
    machines.clear();
    await tellNames();
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
