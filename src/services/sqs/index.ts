/** Amazon SQS: standard and FIFO queues. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/ */
import { defineService } from "#services/kit/service.ts";
import { changeMessageVisibilityBatch } from "./operations/change-message-visibility-batch.ts";
import { changeMessageVisibility } from "./operations/change-message-visibility.ts";
import { createQueue } from "./operations/create-queue.ts";
import { deleteMessageBatch } from "./operations/delete-message-batch.ts";
import { deleteMessage } from "./operations/delete-message.ts";
import { deleteQueue } from "./operations/delete-queue.ts";
import { getQueueAttributes } from "./operations/get-queue-attributes.ts";
import { getQueueUrl } from "./operations/get-queue-url.ts";
import { listDeadLetterSourceQueues } from "./operations/list-dead-letter-source-queues.ts";
import { listQueues } from "./operations/list-queues.ts";
import { addPermission, removePermission } from "./operations/permissions.ts";
import { purgeQueue } from "./operations/purge-queue.ts";
import { receiveMessage } from "./operations/receive-message.ts";
import { sendMessageBatch } from "./operations/send-message-batch.ts";
import { sendMessage } from "./operations/send-message.ts";
import { setQueueAttributes } from "./operations/set-queue-attributes.ts";
import { listQueueTags, tagQueue, untagQueue } from "./operations/tags.ts";
import { createGraveyard } from "./reconcilers/graveyard.ts";
import { createRetention } from "./reconcilers/retention.ts";
import { startSensors } from "./sensors.ts";
import { createSqsState, type SqsState } from "./state.ts";

export const service = defineService<"sqs", SqsState>({
  name: "sqs",
  operations: {
    AddPermission: addPermission,
    ChangeMessageVisibility: changeMessageVisibility,
    ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
    CreateQueue: createQueue,
    DeleteMessage: deleteMessage,
    DeleteMessageBatch: deleteMessageBatch,
    DeleteQueue: deleteQueue,
    GetQueueAttributes: getQueueAttributes,
    GetQueueUrl: getQueueUrl,
    ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
    ListQueues: listQueues,
    ListQueueTags: listQueueTags,
    PurgeQueue: purgeQueue,
    ReceiveMessage: receiveMessage,
    RemovePermission: removePermission,
    SendMessage: sendMessage,
    SendMessageBatch: sendMessageBatch,
    SetQueueAttributes: setQueueAttributes,
    TagQueue: tagQueue,
    UntagQueue: untagQueue,
  },
  createState: createSqsState,
  reconcilers: (env) => [createGraveyard(env), createRetention(env)],
  start: (env, state) => {
    state.sensors = startSensors(env, state);
  },
  stop: (_env, state) => state.sensors?.stop(),
  differences: [
    {
      operation: "CreateQueue",
      differs:
        "A deleted queue's name can be used again at once; AWS makes callers wait 60 seconds.",
    },
    {
      operation: "ReceiveMessage",
      differs:
        "A message of a standard queue is received at least once and here in practice in order, whatever its group; AWS promises neither exactly once nor order, and serves groups fairly.",
    },
    {
      operation: "SendMessage",
      differs:
        "FIFO queues have no throughput quota. A changed DelaySeconds concerns new messages only, in FIFO queues too.",
    },
    {
      operation: "SetQueueAttributes",
      differs:
        "Policies, RedriveAllowPolicy and encryption settings are stored and returned, not enforced.",
    },
  ],
});
