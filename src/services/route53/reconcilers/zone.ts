/** Brings a zone's records to the DNS server: all of them once, then the names that change. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { unreversedName } from "../names.ts";
import { hostedZones, recordSets, signings, trafficInstances } from "../records.ts";
import { readZone, readZoneHead } from "../read-config.ts";
import type { State } from "../state.ts";
import type { DnsPlane, ZoneChange } from "../dataplane/config.ts";

/** From so many changed names on the whole zone is no more work. */
const mostNames = 2000;

/** What a server knows of a zone. */
interface Told {
  plane: DnsPlane;
  /** All but the records, as JSON. */
  head: string;
}

export function zoneReconciler(env: Environment, state: State): Reconciler {
  const byZone = (id: readonly unknown[]) => [String(id[0])];
  const told = new Map<string, Told>();
  /** By zone: the names, reversed, that changed since the server was told last. */
  const touched = new Map<string, Set<string>>();

  return {
    name: "route53/zone",
    watches: [
      { collection: hostedZones },
      { collection: trafficInstances, idOf: byZone },
      { collection: signings, idOf: byZone },
    ],
    subscribe(wake) {
      const unwatch = env.store.watchCollection(recordSets.path, (keys) => {
        for (const key of keys) {
          const { scope, id } = recordSets.parse(key)!;
          const [zoneId, name] = id as [string, string];
          const names = touched.get(zoneId) ?? new Set();
          touched.set(zoneId, names.add(name));
          wake(scope, [zoneId]);
        }
      });
      state.endings.push(unwatch);
    },
    async reconcile(scope, [key]) {
      const id = String(key);
      const isThere = await state.inOrder(() => tell(scope, id));
      if (isThere) state.moveToThread();
    },
  };

  async function tell(scope: Scope, id: string): Promise<boolean> {
    const plane = state.plane();
    const known = told.get(id);
    // Until it has arrived nothing is known of what the server knows.
    told.delete(id);
    const names = touched.get(id);
    touched.delete(id);
    const head = await env.store.transaction((tx) => readZoneHead(tx, scope, id));
    if (!head) {
      await plane.removeZone(id);
      return false;
    }
    const text = JSON.stringify(head.config);
    const isKnown = known?.plane === plane && known.head === text;
    // Records of traffic policies come of more than themselves.
    if (isKnown && !head.hasInstances && (names?.size ?? 0) <= mostNames) {
      if (names) await plane.changeZone(await changeOf(scope, id, names));
    } else {
      const zone = await env.store.transaction((tx) => readZone(tx, scope, id));
      // It went meanwhile; its end has woken this once more.
      if (!zone) return false;
      await plane.setZone(zone);
    }
    told.set(id, { plane, head: text });
    return true;
  }

  function changeOf(scope: Scope, id: string, names: ReadonlySet<string>): Promise<ZoneChange> {
    return env.store.transaction(async (tx) => {
      const changed: ZoneChange["names"] = [];
      for (const name of names)
        changed.push({
          name: unreversedName(name),
          sets: await recordSets.list(tx, scope, [id, name]),
        });
      return { id, names: changed };
    });
  }
}
