/** Brings a network load balancer's records to the data plane, and what it made of them back. */
import { refreshMs } from "#services/kit/load-balancing/certificates.ts";
import { insideOf } from "#services/kit/load-balancing/reach.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { BoundListener } from "#traffic/application/config.ts";
import type { BalancerRecords } from "../balancer-records.ts";
import { senderOf } from "../interfaces.ts";
import { keepLogs, logPlaces } from "../logs.ts";
import { writeState } from "../set-up.ts";
import { listeners } from "../records.ts";
import type { State } from "../state.ts";
import { allowsShift, shiftLookMs } from "../zonal-shift.ts";
import { networkConfigOf } from "./config.ts";
import { isHealthyZone, networkNames } from "./names.ts";

/** One step of the load balancers' reconciler. */
export async function serveNetwork(
  env: Environment,
  scope: Scope,
  records: BalancerRecords,
  state: State,
  revision: number,
): Promise<{ afterMs: number } | undefined> {
  const { balancer } = records;
  const config = await networkConfigOf(env, scope, records, state);
  const bound = await state.plane().configureNetwork(config);
  const zones = config.nodes.map(({ zone }) => zone);
  const stays = (one: string) => one !== balancer.shiftedZone;
  const zone =
    zones.find((one) => stays(one) && isHealthyZone(records, one)) ?? zones.find(stays) ?? "";
  const { arn, name, dnsName } = balancer;
  await keepLogs(env, state, arn, { scope, name, dnsName, logs: logPlaces(balancer) });
  env.traffic.fronts.set(
    dnsName.toLowerCase(),
    // The gateway speaks HTTP: over connections, not over datagrams.
    records.listeners.flatMap(({ record }, index) => {
      const at = bound[index]![zone];
      if (!at || record.protocol === "UDP") return [];
      const secure = record.protocol === "TLS";
      return [{ secure, port: record.port, host: at.host, boundPort: at.port, revision }];
    }),
  );
  const sender = senderOf(balancer, records.addresses);
  env.names.publish(balancer.arn, {
    sender,
    names: networkNames(records, bound, (told) => insideOf(env, balancer, sender, told)),
  });
  await remember(env, scope, records, bound);
  if (allowsShift(balancer)) return { afterMs: shiftLookMs };
  return records.listeners.some(({ record }) => record.tls) ? { afterMs: refreshMs } : undefined;
}

async function remember(
  env: Environment,
  scope: Scope,
  records: BalancerRecords,
  bound: readonly Record<string, BoundListener>[],
): Promise<void> {
  const { name } = records.balancer;
  await env.store.transaction(async (tx) => {
    await writeState(tx, scope, records.balancer);
    for (const [index, { record }] of records.listeners.entries()) {
      const listener = await listeners.get(tx, scope, name, record.id);
      const boundByZone = bound[index]!;
      if (listener?.arn !== record.arn) continue;
      if (JSON.stringify(listener.boundByZone) === JSON.stringify(boundByZone)) continue;
      for (const [zone, { host, port, ipv6 }] of Object.entries(boundByZone))
        env.log.info("a listener is bound", { listener: listener.arn, zone, host, port, ipv6 });
      listeners.put(tx, scope, [name, record.id], { ...listener, boundByZone });
    }
  });
}
