/** Messages of a queue as functions see them, and what a function's answer says of each. */
import type { Output } from "#model/sdk.ts";

export type Message = NonNullable<Output<"sqs", "ReceiveMessage">["Messages"]>[number];

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
export function recordOf(message: Message, sourceArn: string, region: string) {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        {
          ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
          ...(value.BinaryValue !== undefined && {
            binaryValue: Buffer.from(value.BinaryValue).toString("base64"),
          }),
          stringListValues: [],
          binaryListValues: [],
          dataType: value.DataType,
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    ...(message.MD5OfMessageAttributes !== undefined && {
      md5OfMessageAttributes: message.MD5OfMessageAttributes,
    }),
    eventSource: "aws:sqs",
    eventSourceARN: sourceArn,
    awsRegion: region,
  };
}

/** What a filter is held against: the body as JSON where it is some. */
export function filteredOf(record: ReturnType<typeof recordOf>): unknown {
  try {
    return { ...record, body: JSON.parse(record.body ?? "") as unknown };
  } catch {
    return record;
  }
}

/**
 * The messages that the function could not take; undefined when its answer cannot be understood, or
 * names a message that was not there, which counts as a failure of all.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function readFailures(payload: Uint8Array, ids: readonly string[]): string[] | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(Buffer.from(payload).toString());
  } catch {
    return undefined;
  }
  const told = (answer as { batchItemFailures?: unknown } | null)?.batchItemFailures;
  if (told === undefined || told === null) return [];
  if (!Array.isArray(told)) return undefined;
  const failed = told.map((one) => (one as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  return failed.every((id) => typeof id === "string" && ids.includes(id))
    ? (failed as string[])
    : undefined;
}
