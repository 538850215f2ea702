/** Every error of DynamoDB that its model's constraints do not already produce. */
import type { AttributeValue, CancellationReason } from "@aws-sdk/client-dynamodb";
import { AwsError } from "#model/error.ts";

export const validation = (message: string) =>
  new AwsError({ code: "ValidationException", message, status: 400 });

/** "One or more parameter values were invalid: …" */
export const invalidParameter = (detail: string) =>
  validation(`One or more parameter values were invalid: ${detail}`);

/** Keys cannot be empty, of a table or of an index. */
export const emptyKeyValue = (detail: string) =>
  validation(`One or more parameter values are not valid. ${detail}`);

export const resourceNotFound = (message = "Requested resource not found") =>
  new AwsError({ code: "ResourceNotFoundException", message });

export const tableNotFound = (name: string) =>
  resourceNotFound(`Requested resource not found: Table: ${name} not found`);

export const resourceInUse = (message: string) =>
  new AwsError({ code: "ResourceInUseException", message });

const throughputExceeded = (message: string) =>
  new AwsError({ code: "ProvisionedThroughputExceededException", message });

export const tableThrottled = () =>
  throughputExceeded(
    "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
  );

export const indexesThrottled = () =>
  throughputExceeded(
    "The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API",
  );

export const tooManyDecreases = (decreases: number, last: string) =>
  new AwsError({
    code: "LimitExceededException",
    message: `Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the first 4 decreases, each subsequent decrease in the same UTC day can be performed at most once every 3600 seconds. Number of decreases today: ${decreases}. Last decrease at ${last}. Next decrease can be made one hour later.`,
  });

export const conditionalCheckFailed = (item?: Record<string, AttributeValue>) =>
  new AwsError({
    code: "ConditionalCheckFailedException",
    message: "The conditional request failed",
    members: item ? { Item: item } : {},
  });

export const transactionCanceled = (reasons: readonly CancellationReason[]) =>
  new AwsError({
    code: "TransactionCanceledException",
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons
      .map(({ Code }) => Code)
      .join(", ")}]`,
    members: { CancellationReasons: reasons },
  });

export const idempotentMismatch = () =>
  new AwsError({
    code: "IdempotentParameterMismatchException",
    message: "The request uses the same client token as a previous, but non-identical request.",
  });

export const itemCollectionTooLarge = () =>
  validation("Item size has exceeded the maximum allowed size");

export const notSupported = (what: string) =>
  new AwsError({
    code: "NotImplemented",
    status: 501,
    message: `Fogbank does not implement ${what}. See COVERAGE.md for what it does.`,
  });
