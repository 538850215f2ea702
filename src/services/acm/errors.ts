/** Every error of AWS ACM that its model's constraints do not already produce. */
import { AwsError } from "#model/error.ts";

const error = (code: string, message: string) => new AwsError({ code, message, status: 400 });

export const validationError = (message: string) => error("ValidationException", message);
export const invalidToken = () => validationError("The token is not valid.");
export const invalidArn = (arn: string) =>
  error("InvalidArnException", `The ARN ${arn} is not a valid certificate ARN.`);
export const certificateNotFound = (arn: string) =>
  error("ResourceNotFoundException", `Could not find certificate ${arn}.`);
export const certificateInUse = (arn: string, account: string) =>
  error("ResourceInUseException", `Certificate ${arn} in account ${account} is in use.`);
export const requestInProgress = (arn: string) =>
  error("RequestInProgressException", `The certificate ${arn} has not been issued yet.`);
export const invalidState = (message: string) => error("InvalidStateException", message);
export const invalidDomainValidation = (message: string) =>
  error("InvalidDomainValidationOptionsException", message);
export const neverExported = (arn: string) =>
  validationError(
    `Certificate ${arn} was never exported; only exported certificates can be revoked.`,
  );
export const limitExceeded = (message: string) => error("LimitExceededException", message);
export const tooManyTags = (tags: Record<string, string | null>) =>
  error(
    "TooManyTagsException",
    `the TagSet: '{${Object.entries(tags)
      .map(([key, value]) => `${key}=${value ?? ""}`)
      .join(", ")}}' contains too many Tags`,
  );
export const reservedTag = () =>
  validationError("AWS internal tags cannot be changed with this API");
/** What AWS offers and Fogbank does not: refused, so that nobody relies on it. */
export const unsupported = (what: string) =>
  validationError(`Fogbank does not support ${what}. See COVERAGE.md.`);
