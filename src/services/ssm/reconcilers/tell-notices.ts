/** Tells of changes, and forgets what was told. */
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { dateOf } from "#runtime/date.ts";
import { notices } from "../notices.ts";

export function noticeTeller({ store, clients, log }: Environment): Reconciler {
  return {
    name: "ssm/notice",
    watches: [{ collection: notices }],
    async reconcile(scope, id) {
      const notice = await store.transaction((tx) => notices.get(tx, scope, ...id));
      if (!notice) return;
      const caller = asService(scope, "ssm.amazonaws.com");
      const { event, message } = notice;
      const { Entries } = await clients.events(caller).PutEvents({
        Entries: [
          {
            Source: "aws.ssm",
            Time: dateOf(notice.atMs),
            DetailType: event.detailType,
            Resources: event.resources,
            Detail: JSON.stringify(event.detail),
          },
        ],
      });
      const [refused] = Entries ?? [];
      if (refused?.ErrorCode !== undefined) throw new Error(refused.ErrorMessage);
      if (message)
        try {
          await clients.sns(caller).Publish({
            TopicArn: message.topicArn,
            Subject: message.subject,
            Message: JSON.stringify(message.body),
          });
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          log.warn("a command's notification was refused and is given up", {
            ...scope,
            topic: message.topicArn,
            error,
          });
        }
      await store.transaction((tx) => notices.delete(tx, scope, ...id));
    },
  };
}
