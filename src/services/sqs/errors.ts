/** Every error of SQS that its model's constraints do not already produce. */
import { AwsError } from "#model/error.ts";

export const queueDoesNotExist = () =>
  new AwsError({ code: "QueueDoesNotExist", message: "The specified queue does not exist." });

export const queueNameExists = (attribute: string) =>
  new AwsError({
    code: "QueueNameExists",
    message: `A queue already exists with the same name and a different value for attribute ${attribute}`,
  });

export const invalidParameter = (message: string) =>
  new AwsError({ code: "InvalidParameterValue", message, status: 400 });

export const missingParameter = (name: string) =>
  new AwsError({
    code: "MissingParameter",
    message: `The request must contain the parameter ${name}.`,
    status: 400,
  });

export const invalidAttributeName = (name: string) =>
  new AwsError({ code: "InvalidAttributeName", message: `Unknown Attribute ${name}.` });

export const invalidAttributeValue = (name: string, reason?: string) =>
  new AwsError({
    code: "InvalidAttributeValue",
    message: `Invalid value for the parameter ${name}.${reason === undefined ? "" : ` Reason: ${reason}`}`,
  });

export const receiptHandleInvalid = (handle: string) =>
  new AwsError({
    code: "ReceiptHandleIsInvalid",
    message: `The input receipt handle "${handle}" is not a valid receipt handle.`,
  });

export const messageNotInflight = () =>
  new AwsError({ code: "MessageNotInflight", message: "The specified message isn't in flight." });

export const emptyBatchRequest = (entryType: string) =>
  new AwsError({
    code: "EmptyBatchRequest",
    message: `There should be at least one ${entryType} in the request.`,
  });

export const tooManyEntries = (count: number) =>
  new AwsError({
    code: "TooManyEntriesInBatchRequest",
    message: `Maximum number of entries per request are 10. You have sent ${count}.`,
  });

export const batchIdsNotDistinct = (id: string) =>
  new AwsError({ code: "BatchEntryIdsNotDistinct", message: `Id ${id} repeated.` });

export const invalidBatchEntryId = () =>
  new AwsError({
    code: "InvalidBatchEntryId",
    message:
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
  });

export const batchRequestTooLong = (bytes: number, most: number) =>
  new AwsError({
    code: "BatchRequestTooLong",
    message: `Batch requests cannot be longer than ${most} bytes. You have sent ${bytes} bytes.`,
  });

export const invalidMessageContents = (message: string) =>
  new AwsError({ code: "InvalidMessageContents", message });

export const purgeInProgress = (name: string) =>
  new AwsError({
    code: "PurgeQueueInProgress",
    message: `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`,
  });

/** A parameter of the other kind of queue. */
export const notForQueueType = (name: string, value: string | number) =>
  invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: The request include parameter that is not valid for this queue type.`,
  );

export const deduplicationIdNeeded = () =>
  invalidParameter(
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
  );

export const receiptHandleExpired = (handle: string) =>
  invalidParameter(
    `Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
  );
