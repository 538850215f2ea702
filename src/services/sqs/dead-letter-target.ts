/** A redrive policy must name a queue that is there, of the same kind as its source. */
import type { Transaction } from "#store/store.ts";
import { redrivePolicyOf } from "./attributes.ts";
import { invalidParameter } from "./errors.ts";
import { findQueueByArn, isFifo } from "./queue.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
export async function checkDeadLetterTarget(
  tx: Transaction,
  name: string,
  attributes: Readonly<Record<string, string>>,
): Promise<void> {
  const policy = redrivePolicyOf(attributes);
  if (!policy) return;
  const refuse = (reason: string) =>
    invalidParameter(
      `Value ${attributes.RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
    );
  const target = await findQueueByArn(tx, policy.deadLetterTargetArn);
  if (!target) throw refuse("Dead letter target does not exist.");
  if (isFifo(target.queue) !== isFifo({ name }))
    throw refuse("Dead-letter queue must be same type of queue as the source.");
}
