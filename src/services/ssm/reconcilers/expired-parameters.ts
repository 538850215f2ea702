import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { deleteParameter } from "../parameters.ts";
import { parameters } from "../records.ts";

/** Deletes parameters whose Expiration policy has come due. */
export function expiredParameters({ store, clock }: Environment): Reconciler {
  return {
    name: "ssm/expired-parameters",
    watches: [{ collection: parameters }],
    reconcile: (scope, id) =>
      store.transaction(async (tx) => {
        const record = await parameters.get(tx, scope, ...id);
        const expiresMs = record?.current.policies.find(
          ({ type }) => type === "Expiration",
        )?.expiresMs;
        if (!record || expiresMs === undefined) return;
        if (expiresMs > clock.now()) return { afterMs: expiresMs - clock.now() };
        await deleteParameter(tx, scope, record.name);
        return;
      }),
  };
}
