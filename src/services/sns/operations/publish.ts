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
import {
  acceptPublication,
  checkPublication,
  type CheckedPublication,
  type Published,
} from "../publish.ts";
import { findTopic } from "../topic.ts";
import type { SnsState } from "../state.ts";

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const publish: Operation<"sns", "Publish", SnsState> = async (input, context) => {
  if (input.PhoneNumber !== undefined) throw notSupported("text messages by SNS");
  const arn = input.TopicArn ?? input.TargetArn;
  if (!arn) throw invalidParameter("TopicArn or TargetArn Reason: no value for required parameter");
  const checked = checkPublication(input);
  const published = await context.store.transaction(async (tx) => {
    const found = await findTopic(tx, arn);
    return acceptPublication(tx, found, checked, context);
  });
  context.state.counters.published(arn, checked.sizeBytes);
  return idsOf(published);
};

function idsOf({ messageId, sequenceNumber }: Published) {
  return {
    MessageId: messageId,
    ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
  };
}

/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
export const publishBatch: Operation<"sns", "PublishBatch", SnsState> = async (input, context) => {
  const entries = input.PublishBatchRequestEntries ?? [];
  if (entries.length === 0) throw emptyBatch();
  if (entries.length > limits.batchEntries) throw tooManyEntries();
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw batchIdsNotDistinct();
  const failed: BatchResultErrorEntry[] = [];
  const checked: { id: string; publication: CheckedPublication }[] = [];
  for (const { Id: id = "", ...entry } of entries)
    try {
      checked.push({ id, publication: checkPublication(entry) });
    } catch (error) {
      failed.push(failedEntry(id, error));
    }
  const total = checked.reduce((sum, { publication }) => sum + publication.sizeBytes, 0);
  if (total > limits.messageBytes) throw batchTooLong();
  const { successful, refused } = await context.store.transaction(async (tx) => {
    const found = await findTopic(tx, input.TopicArn);
    const outcome = {
      successful: [] as PublishBatchResultEntry[],
      refused: [] as BatchResultErrorEntry[],
    };
    for (const { id, publication } of checked)
      try {
        const published = await acceptPublication(tx, found, publication, context);
        outcome.successful.push({ Id: id, ...idsOf(published) });
      } catch (error) {
        outcome.refused.push(failedEntry(id, error));
      }
    return outcome;
  });
  for (const { id, publication } of checked)
    if (successful.some(({ Id }) => Id === id))
      context.state.counters.published(input.TopicArn ?? "", publication.sizeBytes);
  return { Successful: successful, Failed: [...failed, ...refused] };
};

/** An entry's own failure; anything but an AWS error fails the whole request. */
function failedEntry(Id: string, error: unknown): BatchResultErrorEntry {
  if (!(error instanceof AwsError)) throw error;
  return { Id, Code: "InvalidParameter", Message: error.message, SenderFault: true };
}
