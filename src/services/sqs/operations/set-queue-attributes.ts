import type { Operation } from "#services/kit/service.ts";
import {
  checkAttributes,
  checkTogether,
  mergeAttributes,
  normalAttributes,
} from "../attributes.ts";
import { checkDeadLetterTarget } from "../dead-letter-target.ts";
import { missingParameter } from "../errors.ts";
import { findQueue, isFifo } from "../queue.ts";
import { queues } from "../records.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export const setQueueAttributes: Operation<"sqs", "SetQueueAttributes", SqsState> = async (
  input,
  context,
) => {
  const given = (input.Attributes ?? {}) as Record<string, string>;
  if (Object.keys(given).length === 0) throw missingParameter("Attribute.Name");
  await context.store.transaction(async (tx) => {
    const { scope, queue } = findQueue(tx, input.QueueUrl, context);
    checkAttributes(given, isFifo(queue));
    const changes = normalAttributes(given);
    const attributes = mergeAttributes(queue.attributes, changes);
    checkTogether(attributes);
    await checkDeadLetterTarget(tx, queue.name, changes);
    queues.put(tx, scope, [queue.name], {
      ...queue,
      attributes,
      modifiedMs: context.clock.now(),
    });
  });
  return {};
};
