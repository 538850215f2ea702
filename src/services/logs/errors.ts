/** Every error of CloudWatch Logs that its model's constraints do not already produce. */
import { AwsError } from "#model/error.ts";

export const invalidParameter = (message: string) =>
  new AwsError({ code: "InvalidParameterException", message });

export const groupNotFound = () =>
  new AwsError({
    code: "ResourceNotFoundException",
    message: "The specified log group does not exist.",
  });

export const streamNotFound = () =>
  new AwsError({
    code: "ResourceNotFoundException",
    message: "The specified log stream does not exist.",
  });

export const groupExists = () =>
  new AwsError({
    code: "ResourceAlreadyExistsException",
    message: "The specified log group already exists",
  });

export const deletionProtected = () =>
  validationFailed("The log group cannot be deleted because deletion protection is enabled.");

export const streamExists = () =>
  new AwsError({
    code: "ResourceAlreadyExistsException",
    message: "The specified log stream already exists",
  });

export const metricFilterNotFound = () =>
  new AwsError({
    code: "ResourceNotFoundException",
    message: "The specified metric filter does not exist.",
  });

const notFound = (message: string) => new AwsError({ code: "ResourceNotFoundException", message });

export const subscriptionFilterNotFound = () =>
  notFound("The specified subscription filter does not exist.");

export const queryNotFound = () => notFound("The specified query does not exist.");

export const queryDefinitionNotFound = () =>
  notFound("The specified query definition does not exist.");

export const logRecordNotFound = () => notFound("The specified log record does not exist.");

export const exportNotFound = () => notFound("The specified export task does not exist.");

export const deliveryDestinationNotFound = () =>
  notFound("Requested Delivery Destination does not exist in this account.");

export const deliverySourceNotFound = () =>
  notFound("Requested Delivery Source does not exist in this account.");

export const resourceNotFound = (arn: string) => notFound(`The resource ${arn} does not exist.`);

export const validationFailed = (message: string) =>
  new AwsError({ code: "ValidationException", message });

export const policyNotFound = (name: string) =>
  notFound(`Policy with name [${name}] does not exist`);

export const invalidOperation = (message: string) =>
  new AwsError({ code: "InvalidOperationException", message });

export const sessionTimeout = () =>
  new AwsError({ code: "SessionTimeoutException", message: "The session has timed out." });

export const limitExceeded = () =>
  new AwsError({ code: "LimitExceededException", message: "Resource limit exceeded." });

export const tooManyTags = () =>
  new AwsError({
    code: "TooManyTagsException",
    message: "A resource can have no more than 50 tags.",
  });

export const notSupported = (what: string) =>
  new AwsError({
    code: "NotImplemented",
    status: 501,
    message: `Fogbank does not implement ${what}. See COVERAGE.md for what it does.`,
  });

/** `position` counts characters from the query's start. */
export const malformedQuery = (problem: string, position: number) =>
  new AwsError({
    code: "MalformedQueryException",
    message: `${problem} at position ${position}`,
    members: {
      queryCompileError: {
        location: { startCharOffset: position, endCharOffset: position },
        message: problem,
      },
    },
  });
