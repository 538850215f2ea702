import type { Operation } from "#services/kit/service.ts";
import { isKnownAttribute } from "../attributes.ts";
import { countMessages } from "../backlog.ts";
import { invalidAttributeName } from "../errors.ts";
import { findQueue, queueArn } from "../queue.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html */
export const getQueueAttributes: Operation<"sqs", "GetQueueAttributes", SqsState> = async (
  input,
  context,
) => {
  const wanted: readonly string[] = input.AttributeNames ?? [];
  for (const name of wanted)
    if (name !== "All" && !isKnownAttribute(name)) throw invalidAttributeName(name);
  const all = await context.store.transaction(async (tx) => {
    const found = findQueue(tx, input.QueueUrl, context);
    const { scope, queue } = found;
    const needsCount = wanted.some((name) => name === "All" || name.startsWith("Approximate"));
    const counts = needsCount ? await countMessages(tx, found, context.clock.now()) : undefined;
    return {
      QueueArn: queueArn(scope, queue.name),
      ...(counts && {
        ApproximateNumberOfMessages: String(counts.visible),
        ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
        ApproximateNumberOfMessagesDelayed: String(counts.delayed),
      }),
      CreatedTimestamp: String(Math.floor(queue.createdMs / 1000)),
      LastModifiedTimestamp: String(Math.floor(queue.modifiedMs / 1000)),
      ...queue.attributes,
    };
  });
  if (wanted.length === 0) return {};
  const chosen = wanted.includes("All")
    ? all
    : Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name)));
  return Object.keys(chosen).length > 0 ? { Attributes: chosen } : {};
};
