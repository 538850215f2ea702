/** Brings a zone's records to the DNS server. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { hostedZones, recordSets } from "../records.ts";
import type { State } from "../state.ts";

export function zoneReconciler(env: Environment, state: State): Reconciler {
  const byZone = (id: readonly unknown[]) => [String(id[0])];
  return {
    name: "route53/zone",
    watches: [{ collection: hostedZones }, { collection: recordSets, idOf: byZone }],
    subscribe(wake) {
      state.wakeZone = wake;
    },
    async reconcile(scope, [id]) {
      const { zone, sets } = await env.store.transaction(async (tx) => ({
        zone: await hostedZones.get(tx, scope, String(id)),
        sets: await recordSets.list(tx, scope, [String(id)]),
      }));
      if (!zone) {
        await state.plane().removeZone(String(id));
        return;
      }
      await state.plane().setZone({
        id: zone.id,
        name: zone.name,
        isPrivate: zone.isPrivate,
        vpcs: zone.vpcs.map(({ VPCId }) => VPCId!),
        createdMs: zone.createdMs,
        sets,
      });
    },
  };
}
