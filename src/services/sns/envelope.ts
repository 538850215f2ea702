/** What an endpoint receives: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
import { isoMillis } from "#runtime/date.ts";
import type { DeliveryRecord } from "./records.ts";

export interface EnvelopeFacts {
  /** The same for all of a subscription's messages. */
  unsubscribeUrl: string;
  /** Where the links in the message lead. */
  baseUrl: string;
  token?: string;
}

export function formatEnvelope(
  { kind, notification }: Pick<DeliveryRecord, "kind" | "notification">,
  { unsubscribeUrl, baseUrl, token }: EnvelopeFacts,
): string {
  const { messageId, topicArn, subject, message, attributes, publishedMs, sequenceNumber } =
    notification;
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
      UnsubscribeURL: unsubscribeUrl,
      ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
    });
  return JSON.stringify({
    ...common,
    Token: token,
    TopicArn: topicArn,
    Message: message,
    SubscribeURL: formatLink(baseUrl, "ConfirmSubscription", {
      TopicArn: topicArn,
      Token: token ?? "",
    }),
    Timestamp: time,
  });
}

export function formatLink(
  baseUrl: string,
  action: string,
  parameters: Record<string, string>,
): string {
  return `${baseUrl}/?${new URLSearchParams({ Action: action, ...parameters }).toString()}`;
}
