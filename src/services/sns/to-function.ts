/** Bringing a message to a Lambda function. https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
import { AwsError } from "#model/error.ts";
import { isoMillis } from "#runtime/date.ts";
import { leaveWithFunction } from "#services/kit/leave-with-function.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { formatLink } from "./envelope.ts";
import type { SubscriptionRecord } from "./records.ts";
import type { Outcome, Parcel } from "./to-queue.ts";
import { subscriptionArn } from "./topic.ts";

export async function sendToFunction(
  env: Environment,
  scope: Scope,
  { notification, topicName }: Parcel,
  subscription: SubscriptionRecord,
): Promise<Outcome> {
  const arn = subscriptionArn(scope, topicName, subscription.id);
  const { messageId, topicArn, subject, message, attributes, publishedMs } = notification;
  const event = {
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: arn,
        Sns: {
          Type: "Notification",
          MessageId: messageId,
          TopicArn: topicArn,
          Subject: subject ?? null,
          Message: message,
          Timestamp: isoMillis(publishedMs),
          UnsubscribeUrl: formatLink(env.gateway.endpoint, "Unsubscribe", { SubscriptionArn: arn }),
          MessageAttributes: attributes,
        },
      },
    ],
  };
  const caller = asService(scope, "sns.amazonaws.com", topicArn);
  try {
    await leaveWithFunction(env.clients, caller, subscription.endpoint, JSON.stringify(event));
    return "delivered";
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // A function that is gone, or lets nobody in, will not come back by waiting.
    return "hopeless";
  }
}
