import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { expiredSessionGraceMs } from "../limits.ts";
import { sessions } from "../records.ts";

/** Deletes sessions some time after their end. Their end is system time, as the credentials' is. */
export function expiredSessions({ store, clock }: Environment): Reconciler {
  return {
    name: "sts/expired-sessions",
    watches: [{ collection: sessions }],
    reconcile: (scope, id) =>
      store.transaction(async (tx) => {
        const session = await sessions.get(tx, scope, ...id);
        if (!session) return;
        const leftMs = session.expiresMs + expiredSessionGraceMs - clock.wall.now();
        if (leftMs > 0) return { afterMs: Math.ceil(leftMs * (clock.speed || 1)) };
        sessions.delete(tx, scope, ...id);
        return;
      }),
  };
}
