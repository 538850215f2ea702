import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { sessions } from "../sessions/records.ts";
import type { State } from "../state.ts";

/** How long a session that is over is shown. https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-view-history.html */
const historyMs = 30 * 24 * 3600 * 1000;

/** Ends sessions whose machines' side was lost with an earlier process, and forgets old ones. */
export function lostSessions({ store, clock }: Environment, state: State): Reconciler {
  return {
    name: "ssm/session",
    watches: [{ collection: sessions }],
    reconcile: (scope, id) =>
      store.transaction(async (tx) => {
        const session = await sessions.get(tx, scope, ...id);
        if (!session) return;
        if (session.endedMs === undefined) {
          if (state.sessions.has(session.sessionId)) return;
          const details = "Fogbank ended while the session was open.";
          const ended = { status: "Terminated" as const, details, endedMs: clock.now() };
          sessions.put(tx, scope, id, { ...session, ...ended });
          return;
        }
        const leftMs = session.endedMs + historyMs - clock.now();
        if (leftMs > 0) return { afterMs: leftMs };
        sessions.delete(tx, scope, ...id);
        return;
      }),
  };
}
