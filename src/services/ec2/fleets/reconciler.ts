/** Keeps fleets at their target capacity, ends them, and forgets those that were deleted long ago. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { instances } from "../instances/records.ts";
import { interruptions } from "../spot/records.ts";
import { fleetContext, passOver } from "./fill.ts";
import { fleetEvents, fleetOfInstance, fleets } from "./records.ts";

/** "Deleted fleets are shown for 48 hours." */
const shownMs = 48 * 3_600_000;

export function fleetReconciler(env: Environment): Reconciler {
  return {
    name: "ec2/fleet",
    watches: [{ collection: fleets }],
    reconcile: (scope, [id]) => settle(env, scope, String(id)),
  };
}

/** By instance: what befalls an instance befalls its fleet. */
export function fleetMemberReconciler(env: Environment): Reconciler {
  return {
    name: "ec2/fleet-member",
    watches: [{ collection: instances }, { collection: interruptions }],
    async reconcile(scope, [id]) {
      const found = await env.store.transaction((tx) =>
        fleetOfInstance.view(tx, scope, String(id)),
      );
      if (found) return settle(env, scope, found.fleetId);
    },
  };
}

async function settle(env: Environment, scope: Scope, fleetId: string) {
  const fleet = await env.store.transaction((tx) => fleets.view(tx, scope, fleetId));
  if (!fleet) return;
  if (fleet.state !== "deleted") return passOver(fleetContext(env, scope, fleet), fleetId);
  const leftMs = (fleet.deletedMs ?? 0) + shownMs - env.clock.now();
  if (leftMs > 0) return { afterMs: leftMs };
  await env.store.transaction(async (tx) => {
    fleets.delete(tx, scope, fleetId);
    for (const { id } of await fleetEvents.entries(tx, scope, [fleetId]))
      fleetEvents.delete(tx, scope, ...id);
  });
}
