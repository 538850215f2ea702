import type { Operation } from "#services/kit/service.ts";
import { checkAttributes, defaults, mergeAttributes } from "../attributes.ts";
import { fifoNotSupported, invalidParameter, queueNameExists } from "../errors.ts";
import { queueUrl } from "../queue.ts";
import { queues, type QueueRecord } from "../records.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
export const createQueue: Operation<"sqs", "CreateQueue", SqsState> = async (input, context) => {
  const { clock, random, store, account } = context;
  const { QueueName: name = "", Attributes: attributes = {}, tags = {} } = input;
  if (!/^[A-Za-z0-9_-]{1,80}(\.fifo)?$/.test(name) || name.length > 80)
    throw invalidParameter(
      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    );
  if (name.endsWith(".fifo")) throw fifoNotSupported();
  checkAttributes(attributes);
  await store.transaction(async (tx) => {
    const present = await queues.get(tx, context, name);
    if (present) return refuseDifferences(present, attributes);
    const nowMs = clock.now();
    queues.put(tx, context, [name], {
      name,
      id: random.hex(12),
      createdMs: nowMs,
      modifiedMs: nowMs,
      attributes: mergeAttributes(defaults, attributes),
      tags,
    });
  });
  return { QueueUrl: queueUrl(context.baseUrl, account, name) };
};

/** Making a queue that exists is fine as long as every attribute named has the value it has. */
function refuseDifferences(queue: QueueRecord, wanted: Readonly<Record<string, string>>): void {
  for (const [attribute, value] of Object.entries(wanted))
    if ((queue.attributes[attribute] ?? "") !== value) throw queueNameExists(attribute);
}
