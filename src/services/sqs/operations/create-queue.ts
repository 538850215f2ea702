import type { Operation } from "#services/kit/service.ts";
import {
  checkAttributes,
  checkTogether,
  defaults,
  fifoDefaults,
  mergeAttributes,
  normalAttributes,
} from "../attributes.ts";
import { checkDeadLetterTarget } from "../dead-letter-target.ts";
import { invalidParameter, queueNameExists } from "../errors.ts";
import { queueUrl } from "../queue.ts";
import { queues, type QueueRecord } from "../records.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
export const createQueue: Operation<"sqs", "CreateQueue", SqsState> = async (input, context) => {
  const { clock, random, store, account } = context;
  const { QueueName: name = "", Attributes: given = {}, tags = {} } = input;
  const fifo = given.FifoQueue === "true";
  checkName(name, fifo);
  checkAttributes(given, fifo);
  const attributes = normalAttributes(given);
  await store.transaction(async (tx) => {
    const present = await queues.get(tx, context, name);
    if (present) return refuseDifferences(present, attributes);
    const nowMs = clock.now();
    const merged = mergeAttributes(fifo ? fifoDefaults : defaults, attributes);
    checkTogether(merged);
    await checkDeadLetterTarget(tx, name, attributes);
    queues.put(tx, context, [name], {
      name,
      id: random.hex(12),
      createdMs: nowMs,
      modifiedMs: nowMs,
      attributes: merged,
      tags,
    });
  });
  return { QueueUrl: queueUrl(context.baseUrl, account, name) };
};

function checkName(name: string, fifo: boolean): void {
  if (fifo && !name.endsWith(".fifo"))
    throw invalidParameter(
      "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length",
    );
  const stem = fifo ? name.slice(0, -".fifo".length) : name;
  if (!/^[A-Za-z0-9_-]+$/.test(stem) || name.length > 80)
    throw invalidParameter(
      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    );
}

/** Making a queue that exists is fine as long as every attribute named has the value it has. */
function refuseDifferences(queue: QueueRecord, wanted: Readonly<Record<string, string>>): void {
  for (const [attribute, value] of Object.entries(wanted))
    if ((queue.attributes[attribute] ?? "") !== value) throw queueNameExists(attribute);
}
