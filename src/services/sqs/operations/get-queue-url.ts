import type { Operation } from "#services/kit/service.ts";
import { missingParameter, queueDoesNotExist } from "../errors.ts";
import { queueUrl } from "../queue.ts";
import { queues } from "../records.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html */
export const getQueueUrl: Operation<"sqs", "GetQueueUrl", SqsState> = async (input, context) => {
  const { QueueName: name, QueueOwnerAWSAccountId: account = context.account } = input;
  if (!name) throw missingParameter("QueueName");
  const scope = { account, region: context.region };
  const queue = await context.store.transaction((tx) => queues.get(tx, scope, name));
  if (!queue) throw queueDoesNotExist();
  return { QueueUrl: queueUrl(context.baseUrl, account, name) };
};
