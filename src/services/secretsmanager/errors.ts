/** Every error of Secrets Manager that its model's constraints do not already produce. https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html */
import { AwsError } from "#model/error.ts";

function secretsError(code: string, message: string): AwsError {
  return new AwsError({ code, message, status: 400 });
}

export const invalidParameter = (message: string) =>
  secretsError("InvalidParameterException", message);
export const invalidRequest = (message: string) => secretsError("InvalidRequestException", message);
export const secretNotFound = () =>
  secretsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
export const valueNotFound = (which: string) =>
  secretsError(
    "ResourceNotFoundException",
    `Secrets Manager can't find the specified secret value for ${which}`,
  );
export const alreadyExists = (name: string) =>
  secretsError(
    "ResourceExistsException",
    `The operation failed because the secret ${name} already exists.`,
  );
export const tokenInUse = (token: string, arn: string) =>
  secretsError(
    "ResourceExistsException",
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
  );
export const markedForDeletion = () =>
  invalidRequest(
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
export const nameScheduledForDeletion = () =>
  invalidRequest(
    "You can't create this secret because a secret with this name is already scheduled for deletion.",
  );
export const limitExceeded = (message: string) => secretsError("LimitExceededException", message);
export const invalidNextToken = () =>
  secretsError("InvalidNextTokenException", "The NextToken value is invalid.");
export const malformedPolicy = () =>
  secretsError("MalformedPolicyDocumentException", "This resource policy contains invalid Json.");
export const publicPolicy = () =>
  secretsError("PublicPolicyException", "This resource policy grants broad access to the secret.");
export const cannotDecrypt = (reason: string) => secretsError("DecryptionFailure", reason);
export const cannotEncrypt = (reason: string) => secretsError("EncryptionFailure", reason);
export const invalidReplicaRegion = () => invalidParameter("Invalid replica region.");
export const onReplica = () =>
  invalidParameter(
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
  );
export const hasReplicas = (arn: string, regions: readonly string[]) =>
  invalidParameter(
    `You can't delete secret ${arn} that still has replica regions [${regions.join(", ")}]`,
  );
export const cannotInvoke = () =>
  secretsError(
    "AccessDeniedException",
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.",
  );
/** What Fogbank does not do. */
export const unsupported = (what: string) => invalidRequest(`Fogbank does not support ${what}.`);
