/** Every error of AWS KMS that its model's constraints do not already produce. https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html */
import { AwsError } from "#model/error.ts";

function kmsError(code: string, message: string): AwsError {
  return new AwsError({ code, message, status: 400 });
}

export const validationException = (message: string) => kmsError("ValidationException", message);
export const notFound = (message: string) => kmsError("NotFoundException", message);
export const invalidMarker = () => kmsError("InvalidMarkerException", "Marker is invalid");
export const keyDisabled = (arn: string) => kmsError("DisabledException", `${arn} is disabled.`);
export const invalidState = (message: string) => kmsError("KMSInvalidStateException", message);
export const pendingDeletion = (arn: string) => invalidState(`${arn} is pending deletion.`);
export const pendingImport = (arn: string) => invalidState(`${arn} is pending import.`);
export const invalidKeyUsage = (message: string) => kmsError("InvalidKeyUsageException", message);
/** AWS says no more than the code. */
export const invalidCiphertext = () => kmsError("InvalidCiphertextException", "");
export const incorrectKey = () =>
  kmsError(
    "IncorrectKeyException",
    "The key ID in the request does not identify a CMK that can perform this operation.",
  );
export const invalidSignature = () => kmsError("KMSInvalidSignatureException", "");
export const invalidMac = () => kmsError("KMSInvalidMacException", "");
export const alreadyExists = (message: string) => kmsError("AlreadyExistsException", message);
/** What AWS says of aliases that are its own. */
export const notAuthorized = () => kmsError("NotAuthorizedException", "");
export const unsupported = (message: string) => kmsError("UnsupportedOperationException", message);
export const malformedPolicy = (message: string) =>
  kmsError("MalformedPolicyDocumentException", message);
export const tagException = (message: string) => kmsError("TagException", message);
export const invalidGrantId = () => kmsError("InvalidGrantIdException", "Invalid grant ID");
export const invalidGrantToken = () =>
  kmsError("InvalidGrantTokenException", "Invalid grant token");
export const dryRun = () =>
  kmsError(
    "DryRunOperationException",
    "The request would have succeeded, but the DryRun parameter was set.",
  );
export const limitExceeded = (message: string) => kmsError("LimitExceededException", message);
export const invalidImportToken = () => kmsError("InvalidImportTokenException", "");
export const expiredImportToken = () => kmsError("ExpiredImportTokenException", "");
export const incorrectMaterial = () =>
  kmsError(
    "IncorrectKeyMaterialException",
    "The key material in the request is not valid, or not the material that was imported before.",
  );
