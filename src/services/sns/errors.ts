/** Every error of SNS that its model's constraints do not already produce. */
import { AwsError } from "#model/error.ts";

export const invalidParameter = (message: string) =>
  new AwsError({ code: "InvalidParameterException", message: `Invalid parameter: ${message}` });

export const topicNotFound = () =>
  new AwsError({ code: "NotFoundException", message: "Topic does not exist" });

export const subscriptionNotFound = () =>
  new AwsError({ code: "NotFoundException", message: "Subscription does not exist" });

export const resourceNotFound = () =>
  new AwsError({ code: "ResourceNotFoundException", message: "Resource does not exist" });

export const filterPolicyInvalid = (detail: string) =>
  new AwsError({
    code: "InvalidParameterException",
    message: `Invalid parameter: FilterPolicy: ${detail}`,
  });

export const emptyBatch = () =>
  new AwsError({
    code: "EmptyBatchRequestException",
    message: "The batch request doesn't contain any entries.",
  });

export const tooManyEntries = () =>
  new AwsError({
    code: "TooManyEntriesInBatchRequestException",
    message: "The batch request contains more entries than permissible.",
  });

export const batchIdsNotDistinct = () =>
  new AwsError({
    code: "BatchEntryIdsNotDistinctException",
    message: "Two or more batch entries in the request have the same Id.",
  });

export const batchTooLong = () =>
  new AwsError({
    code: "BatchRequestTooLongException",
    message: "The length of all the batch messages put together is more than the limit.",
  });

export const tagLimitExceeded = () =>
  new AwsError({
    code: "TagLimitExceededException",
    message: "Could not complete request: tag quota of per resource exceeded",
  });

/** A protocol or kind of topic that Fogbank does not have. */
export const notSupported = (what: string) =>
  new AwsError({
    code: "NotImplemented",
    status: 501,
    message: `Fogbank does not implement ${what}. See COVERAGE.md for what it does.`,
  });
