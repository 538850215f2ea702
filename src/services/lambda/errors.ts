/** Every error of AWS Lambda that its model's constraints do not already produce. https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html */
import { AwsError } from "#model/error.ts";

function userError(code: string, message: string, members: Record<string, unknown> = {}): AwsError {
  return new AwsError({ code, message, members: { Type: "User", ...members } });
}

export const invalidParameter = (message: string) =>
  userError("InvalidParameterValueException", message);
export const notFound = (message: string) => userError("ResourceNotFoundException", message);
export const functionNotFound = (arn: string) => notFound(`Function not found: ${arn}`);
export const aliasNotFound = (arn: string) => notFound(`Cannot find alias arn: ${arn}`);
export const conflict = (message: string) => userError("ResourceConflictException", message);
export const functionExists = (name: string) => conflict(`Function already exist: ${name}`);
export const functionPending = (state: string) =>
  conflict(
    `The operation cannot be performed at this time. The function is currently in the following state: ${state}`,
  );
export const updateInProgress = (arn: string) =>
  conflict(
    `The operation cannot be performed at this time. An update is in progress for resource: ${arn}`,
  );
export const preconditionFailed = () =>
  userError(
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
  );
export const tooManyRequests = (reason: string) =>
  userError("TooManyRequestsException", "Rate Exceeded.", { Reason: reason });
export const requestTooLarge = (message: string) => userError("RequestTooLargeException", message);
export const invalidRequestContent = (message: string) =>
  userError("InvalidRequestContentException", message);
export const policyTooLong = (sizeBytes: number, mostBytes: number) =>
  userError(
    "PolicyLengthExceededException",
    `The final policy size (${sizeBytes}) is bigger than the limit (${mostBytes}).`,
  );
export const invalidZip = () =>
  new AwsError({
    code: "InvalidParameterValueException",
    message: "Could not unzip uploaded file. Please check your file, then try to upload again.",
    members: { Type: "User" },
  });
export const invalidToken = () => invalidParameter("Invalid pagination token");
