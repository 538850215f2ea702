/** Publish and PublishBatch. */
import type { BatchResultErrorEntry, PublishBatchResultEntry } from "@aws-sdk/client-sns";
import { AwsError } from "#model/error.ts";
import type { Operation } from "#services/kit/service.ts";
import {
  batchIdsNotDistinct,
  batchTooLong,
  emptyBatch,
  invalidParameter,
  notSupported,
  tooManyEntries,
} from "../errors.ts";
import { limits } from "../limits.ts";
import { acceptPublication, checkPublication, type CheckedPublication } from "../publish.ts";
import { findTopic } from "../topic.ts";
import type { SnsState } from "../state.ts";

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const publish: Operation<"sns", "Publish", SnsState> = async (input, context) => {
  if (input.PhoneNumber !== undefined) throw notSupported("text messages by SNS");
  const arn = input.TopicArn ?? input.TargetArn;
  if (!arn) throw invalidParameter("TopicArn or TargetArn Reason: no value for required parameter");
  const checked = checkPublication(input);
  const messageId = await context.store.transaction(async (tx) => {
    const found = await findTopic(tx, arn);
    return acceptPublication(tx, found, checked, context);
  });
  context.state.counters.published(arn, checked.sizeBytes);
  return { MessageId: messageId };
};

/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
export const publishBatch: Operation<"sns", "PublishBatch", SnsState> = async (input, context) => {
  const entries = input.PublishBatchRequestEntries ?? [];
  if (entries.length === 0) throw emptyBatch();
  if (entries.length > limits.batchEntries) throw tooManyEntries();
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw batchIdsNotDistinct();
  const failed: BatchResultErrorEntry[] = [];
  const checked: { id: string; publication: CheckedPublication }[] = [];
  for (const entry of entries)
    try {
      checked.push({ id: entry.Id ?? "", publication: checkPublication(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({
        Id: entry.Id,
        Code: "InvalidParameter",
        Message: error.message,
        SenderFault: true,
      });
    }
  const total = checked.reduce((sum, { publication }) => sum + publication.sizeBytes, 0);
  if (total > limits.messageBytes) throw batchTooLong();
  const successful = await context.store.transaction(async (tx) => {
    const found = await findTopic(tx, input.TopicArn);
    const accepted: PublishBatchResultEntry[] = [];
    for (const { id, publication } of checked)
      accepted.push({
        Id: id,
        MessageId: await acceptPublication(tx, found, publication, context),
      });
    return accepted;
  });
  for (const { publication } of checked)
    context.state.counters.published(input.TopicArn ?? "", publication.sizeBytes);
  return { Successful: successful, Failed: failed };
};
