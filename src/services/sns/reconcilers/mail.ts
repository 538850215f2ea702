/**
 * Mails to subscribers. Fogbank sends none: what AWS would have mailed is written to the log, its
 * link to confirm included, so that a person can read and follow it.
 */
import type { Log } from "#runtime/log.ts";
import type { DeliveryRecord, SubscriptionRecord } from "../records.ts";

/** `envelopeText` is what the JSON form of the mail holds. */
export function writeMail(
  log: Log,
  { kind, notification }: DeliveryRecord,
  { endpoint, protocol }: SubscriptionRecord,
  envelopeText: string,
): void {
  const { SubscribeURL: link } = JSON.parse(envelopeText) as { SubscribeURL?: string };
  const question = kind !== "Notification";
  log.info("a mail", {
    to: endpoint,
    subject: question
      ? "AWS Notification - Subscription Confirmation"
      : (notification.subject ?? "AWS Notification Message"),
    text: protocol === "email-json" ? envelopeText : notification.message,
    ...(link !== undefined && { link }),
  });
}
