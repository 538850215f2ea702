/** Carries scheduled events out when their time has come. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler, ReconcileResult } from "#services/kit/reconciler.ts";
import { changeInstance, instances } from "../instances/records.ts";
import { whenStopped } from "../instances/states.ts";
import { planEvent } from "./plan.ts";
import { instanceEvents } from "./records.ts";

/** An instance that its user stops is noticed so much later. */
const lookAgainMs = 60_000;

export function instanceEventReconciler({ store, clock }: Environment): Reconciler {
  return {
    name: "ec2/instance-event",
    watches: [{ collection: instanceEvents }],
    reconcile: (scope, id) =>
      store.transaction(async (tx): Promise<ReconcileResult | void> => {
        const nowMs = clock.now();
        const event = await instanceEvents.get(tx, scope, ...id);
        if (!event) return;
        const instance = await instances.get(tx, scope, event.instanceId);
        const step = planEvent(event, instance?.state, nowMs);
        if (step.do === "wait") {
          const soonMs = event.state === "active" ? lookAgainMs : Infinity;
          return { afterMs: Math.min(step.afterMs ?? soonMs, soonMs) };
        }
        if (step.do === "forget") return instanceEvents.delete(tx, scope, ...id);
        if (step.do === "reboot")
          changeInstance(tx, scope, instance!, { rebootsWanted: instance!.rebootsWanted + 1 });
        const change = step.do === "stop" && whenStopped(instance!, nowMs);
        if (change)
          changeInstance(tx, scope, instance!, {
            ...change,
            stateReason: {
              code: "Server.ScheduledStop",
              message: "Server.ScheduledStop: Stopped due to scheduled retirement",
            },
            transitionReason: "Server.ScheduledStop",
          });
        instanceEvents.put(tx, scope, id, { ...event, state: "completed", endedMs: nowMs });
      }),
  };
}
