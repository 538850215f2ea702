/** Delivers what is owed to topics, queues and functions, at least once. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { parseArn } from "#services/kit/arn.ts";
import { leaveWithFunction } from "#services/kit/leave-with-function.ts";
import { asService } from "#services/kit/principal.ts";
import { AwsError } from "#model/error.ts";
import type { Scope } from "#store/collection.ts";
import { messages, type MessageRecord } from "../records.ts";

/** After so many refusals, each so far from the next, a message is given up. */
const mostAttempts = 5;
const retryMs = 20_000;

export function messageReconciler(env: Environment): Reconciler {
  /** Refusals by message; counted anew after a restart. */
  const refusals = new Map<string, number>();
  return {
    name: "autoscaling/message",
    watches: [{ collection: messages }],
    async reconcile(scope, id) {
      const message = await env.store.transaction((tx) => messages.get(tx, scope, ...id));
      if (!message) return;
      const key = JSON.stringify([scope.account, scope.region, ...id]);
      try {
        await deliver(env, scope, message);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const refused = (refusals.get(key) ?? 0) + 1;
        refusals.set(key, refused);
        if (refused < mostAttempts) return { afterMs: retryMs };
        env.log.warn("a notification was refused and is given up", {
          ...scope,
          target: message.targetArn,
          error,
        });
      }
      refusals.delete(key);
      await env.store.transaction((tx) => messages.delete(tx, scope, ...id));
      return;
    },
  };
}

async function deliver(
  env: Environment,
  scope: Scope,
  { targetArn, subject, body, resources = [] }: MessageRecord,
): Promise<void> {
  const arn = parseArn(targetArn);
  const caller = asService(scope, "autoscaling.amazonaws.com");
  if (arn?.service === "events") {
    await env.clients.events(caller).PutEvents({
      Entries: [
        { Source: "aws.autoscaling", DetailType: subject, Detail: body, Resources: resources },
      ],
    });
    return;
  }
  if (arn?.service === "sns") {
    await env.clients.sns(caller).Publish({
      TopicArn: targetArn,
      Subject: subject.slice(0, 100),
      Message: body,
    });
    return;
  }
  if (arn?.service === "lambda") return leaveWithFunction(env.clients, caller, targetArn, body);
  const sqs = env.clients.sqs(caller);
  const { QueueUrl } = await sqs.GetQueueUrl({
    QueueName: arn!.resource,
    QueueOwnerAWSAccountId: arn!.account,
  });
  await sqs.SendMessage({ QueueUrl, MessageBody: body });
}
