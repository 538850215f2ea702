/** Sends an archive's events to their bus again, some at a time, in the order of their time. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { limits } from "../limits.ts";
import { publish } from "../publish.ts";
import { archivedEvents, replays, type Envelope, type ReplayRecord } from "../records.ts";
import type { EventsState } from "../state.ts";

const perPass = 100;

export function createReplayer(env: Environment, state: EventsState): Reconciler {
  const { store, clock } = env;
  return {
    name: "events/replay",
    watches: [{ collection: replays }],
    async reconcile(scope, [name]) {
      const change = (changes: Partial<ReplayRecord>) =>
        store.transaction(async (tx) => {
          const replay = await replays.get(tx, scope, name!);
          if (!replay) return;
          // A replay that was cancelled meanwhile stays so.
          const { state: next = replay.state } = changes;
          const kept = replay.state === "CANCELLING" && next !== "CANCELLED" ? "CANCELLING" : next;
          replays.put(tx, scope, [replay.name], { ...replay, ...changes, state: kept });
        });
      const replay = await store.transaction((tx) => replays.get(tx, scope, name!));
      if (replay?.state === "STARTING") {
        const waitMs = replay.startedMs + limits.replayStartMs - clock.now();
        if (waitMs > 0) return { afterMs: waitMs };
        await change({ state: "RUNNING" });
      }
      if (replay?.state === "CANCELLING")
        await change({ state: "CANCELLED", endedMs: clock.now() });
      if (replay?.state !== "RUNNING") return undefined;
      const { archive, fromMs, toMs, after, ruleArns, bus } = replay;
      const found = await store.transaction((tx) =>
        tx.between<Envelope>(
          archivedEvents.key(scope, archive, fromMs),
          archivedEvents.key(scope, archive, toMs + 1),
          { limit: perPass, ...(after && { after: archivedEvents.key(scope, archive, ...after) }) },
        ),
      );
      await publish(
        env,
        state,
        found.map(({ value }) => ({
          scope,
          bus,
          ruleArns,
          event: { ...value, "replay-name": replay.name },
        })),
      );
      const last = found.at(-1);
      if (!last) {
        await change({ state: "COMPLETED", endedMs: clock.now() });
        return undefined;
      }
      const [timeMs, id] = last.key.slice(5) as [number, string];
      await change({ after: [timeMs, id], lastReplayedMs: timeMs });
      return undefined;
    },
  };
}
