/** Starts the DNS server and keeps it told of names, machines and the gateway. */
import { listScopes } from "#store/collection.ts";
import type { Environment } from "#services/kit/service.ts";
import { hostedZones } from "./records.ts";
import type { State } from "./state.ts";
import type { ListenConfig } from "./dataplane/config.ts";

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
      published.flatMap(({ machine }) => (machine ? [[machine.host, machine.vpcId] as const] : [])),
    );
    for (const [host, config] of machines)
      if (present.get(host) !== config.vpcId) {
        machines.delete(host);
        await state.plane().unlisten(config);
      }
    for (const [host, vpcId] of present)
      if (!machines.has(host)) {
        const config = { host, port: resolverPort, vpcId };
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
  const fill = async () => {
    await state.plane().setCommon({
      gatewayHost: gateway.host === "0.0.0.0" || gateway.host === "::" ? "127.0.0.1" : gateway.host,
      defaultRegion,
      health: Object.fromEntries(state.health),
    });
    await tellNames();
    if (!env.dns || clock.mode === "virtual") return;
    const { host, port } = env.dns;
    state.boundPort = await listen(
      { host, port },
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
  state.refill = () => {
    machines.clear();
    fill()
      .then(() => wakeAll(env, state))
      .catch(onError);
  };
  await fill();
}

/** After the server was started anew it knows no zones: every zone is looked at again. */
async function wakeAll(env: Environment, state: State): Promise<void> {
  const found = await env.store.transaction(async (tx) => {
    const zones: [scope: { account: string; region: string }, id: string][] = [];
    for (const scope of await listScopes(tx))
      for (const { id } of await hostedZones.list(tx, scope)) zones.push([scope, id]);
    return zones;
  });
  for (const [scope, id] of found) state.wakeZone(scope, [id]);
  state.wakePlaces();
}
