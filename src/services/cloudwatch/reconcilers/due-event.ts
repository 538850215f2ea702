/** Gives EventBridge what alarms have to tell; "CloudWatch guarantees the delivery". */
import type { Environment } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { dateOf } from "#runtime/date.ts";
import { dueEvents } from "../records.ts";

export function dueEventReconciler(env: Environment): Reconciler {
  return {
    name: "cloudwatch/due-event",
    watches: [{ collection: dueEvents }],
    async reconcile(scope, id) {
      const due = await env.store.transaction((tx) => dueEvents.get(tx, scope, ...id));
      if (!due) return;
      const caller = asService(scope, "cloudwatch.amazonaws.com", due.resource);
      const { Entries } = await env.clients.events(caller).PutEvents({
        Entries: [
          {
            Source: "aws.cloudwatch",
            DetailType: due.detailType,
            Resources: [due.resource],
            Detail: due.detail,
            Time: dateOf(due.timeMs),
          },
        ],
      });
      const [entry] = Entries ?? [];
      // Thrown, it is tried again with growing delay.
      if (entry?.ErrorCode !== undefined)
        throw new Error(`${entry.ErrorCode}: ${entry.ErrorMessage}`);
      await env.store.transaction((tx) => dueEvents.delete(tx, scope, ...id));
    },
  };
}
