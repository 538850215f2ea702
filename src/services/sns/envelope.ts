/** What an endpoint receives: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
import { isoMillis } from "#runtime/date.ts";
import type { DeliveryRecord } from "./records.ts";

export interface EnvelopeFacts {
  subscriptionArn: string;
  /** Where the links in the message lead. */
  baseUrl: string;
  token?: string;
}

export function formatEnvelope(
  { kind, notification }: Pick<DeliveryRecord, "kind" | "notification">,
  { subscriptionArn, baseUrl, token }: EnvelopeFacts,
): string {
  const { messageId, topicArn, subject, message, attributes, publishedMs, sequenceNumber } =
    notification;
  const link = (action: string, parameters: Record<string, string>) =>
    `${baseUrl}/?${new URLSearchParams({ Action: action, ...parameters }).toString()}`;
  const common = { Type: kind, MessageId: messageId };
  const time = isoMillis(publishedMs);
  if (kind === "Notification")
    return JSON.stringify({
      ...common,
      ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
      TopicArn: topicArn,
      ...(subject !== undefined && { Subject: subject }),
      Message: message,
      Timestamp: time,
      UnsubscribeURL: link("Unsubscribe", { SubscriptionArn: subscriptionArn }),
      ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
    });
  return JSON.stringify({
    ...common,
    Token: token,
    TopicArn: topicArn,
    Message: message,
    SubscribeURL: link("ConfirmSubscription", { TopicArn: topicArn, Token: token ?? "" }),
    Timestamp: time,
  });
}
