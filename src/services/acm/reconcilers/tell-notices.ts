/** Gives EventBridge what is to be told of certificates, and forgets it then. */
import { dateOf } from "#runtime/date.ts";
import { certificateUsers } from "#services/kit/load-balancing/certificate-users.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { eventOf, notices, tellsOfUse } from "../notices.ts";

export function noticeTeller(env: Environment): Reconciler {
  return {
    name: "acm/notice",
    watches: [{ collection: notices }],
    async reconcile(scope, id) {
      const due = await env.store.transaction((tx) => notices.get(tx, scope, ...id));
      if (!due) return;
      const users = tellsOfUse(due)
        ? await certificateUsers(env, scope, "acm.amazonaws.com")
        : undefined;
      const { detailType, detail } = eventOf(due, users?.has(due.arn) ?? false);
      const { Entries } = await env.clients
        .events(asService(scope, "acm.amazonaws.com"))
        .PutEvents({
          Entries: [
            {
              Source: "aws.acm",
              DetailType: detailType,
              Resources: [due.arn],
              Detail: JSON.stringify(detail),
              Time: dateOf(due.atMs),
            },
          ],
        });
      const [entry] = Entries ?? [];
      // Thrown, it is tried again with growing delay.
      if (entry?.ErrorCode !== undefined)
        throw new Error(`${entry.ErrorCode}: ${entry.ErrorMessage}`);
      await env.store.transaction((tx) => notices.delete(tx, scope, ...id));
    },
  };
}
