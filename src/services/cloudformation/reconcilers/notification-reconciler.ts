/** Brings stack events to the topics that asked for them. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { isAbsent, isTransient } from "../stack/failure-reason.ts";
import { notifications } from "../records.ts";
import { stackClients } from "./resource-request.ts";

export function createNotificationReconciler(env: Environment): Reconciler {
  return {
    name: "cloudformation/notification",
    watches: [{ collection: notifications }],
    async reconcile(scope, id) {
      const found = await env.store.transaction((tx) => notifications.get(tx, scope, ...id));
      if (!found) return;
      try {
        await stackClients(env.clients, scope).sns.Publish({
          TopicArn: found.topicArn,
          Subject: "AWS CloudFormation Notification",
          Message: found.message,
        });
      } catch (error) {
        if (isTransient(error)) throw error;
        const level = isAbsent(error) ? "info" : "warn";
        env.log[level]("a stack's topic took no notification", { topic: found.topicArn, error });
      }
      await env.store.transaction((tx) => notifications.delete(tx, scope, ...id));
    },
  };
}
