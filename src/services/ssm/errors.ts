/** The errors of Systems Manager; all answer 400. https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html */
import { AwsError } from "#model/error.ts";
import { mostLabelsPerVersion, mostLevels } from "./limits.ts";

function ssmError(code: string, message: string): AwsError {
  return new AwsError({ code, message, status: 400 });
}

export const validationException = (message: string) => ssmError("ValidationException", message);
export const accessDenied = (message: string) => ssmError("AccessDeniedException", message);
export const parameterNotFound = (name: string) =>
  ssmError("ParameterNotFound", `Parameter ${name} not found.`);
export const parameterVersionNotFound = (name: string, version: string | number) =>
  ssmError(
    "ParameterVersionNotFound",
    `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
  );
export const parameterAlreadyExists = () =>
  ssmError(
    "ParameterAlreadyExists",
    "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
  );
export const parameterLimitExceeded = () =>
  ssmError(
    "ParameterLimitExceeded",
    "You have exceeded the number of parameters for this AWS account. Delete one or more parameters and try again.",
  );
export const maxVersionLimitExceeded = (name: string, oldest: number) =>
  ssmError(
    "ParameterMaxVersionLimitExceeded",
    `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${oldest}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
  );
export const labelLimitExceeded = () =>
  ssmError(
    "ParameterVersionLabelLimitExceeded",
    `An error occurred (ParameterVersionLabelLimitExceeded) when calling the LabelParameterVersion operation: A parameter version can have maximum ${mostLabelsPerVersion} labels.Move one or more labels to another version and try again.`,
  );
export const levelLimitExceeded = (name: string) =>
  ssmError(
    "HierarchyLevelLimitExceededException",
    `Parameter name must have at most ${mostLevels} levels: ${name}`,
  );
export const typeMismatch = (from: string, to: string) =>
  ssmError(
    "HierarchyTypeMismatchException",
    `Parameter Store doesn't support changing a parameter's type from ${from} to ${to}. You must create a new, unique parameter.`,
  );
export const patternMismatch = (pattern: string) =>
  ssmError(
    "ParameterPatternMismatchException",
    `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
  );
export const invalidPattern = (pattern: string) =>
  ssmError(
    "InvalidAllowedPatternException",
    `The allowedPattern is not a valid regular expression: ${pattern}`,
  );
export const invalidKeyId = (message: string) => ssmError("InvalidKeyId", message);
export const referencedSecretNotFound = (name: string) =>
  ssmError(
    "ParameterNotFound",
    `An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret ${name} not found.`,
  );
export const invalidPolicyType = (type: string) =>
  ssmError("InvalidPolicyTypeException", `The policy type ${type} isn't supported.`);
export const invalidPolicyAttribute = (message: string) =>
  ssmError("InvalidPolicyAttributeException", message);
export const policiesLimitExceeded = (most: number) =>
  ssmError("PoliciesLimitExceededException", `A parameter can have at most ${most} policies.`);
export const incompatiblePolicy = (message: string) =>
  ssmError("IncompatiblePolicyException", message);
export const invalidNextToken = () =>
  ssmError("InvalidNextToken", "The specified token is not valid.");
export const invalidFilterKey = (message: string) => ssmError("InvalidFilterKey", message);
export const invalidFilterOption = (message: string) => ssmError("InvalidFilterOption", message);
export const invalidFilterValue = (message: string) => ssmError("InvalidFilterValue", message);
export const invalidResourceId = () => ssmError("InvalidResourceId", "Invalid Resource Id");
export const tooManyTags = () =>
  ssmError("TooManyTagsError", "The number of tags exceeds the limit of 50 for a resource.");
export const invalidDocument = (name: string) =>
  ssmError("InvalidDocument", `Document with name ${name} does not exist.`);
export const documentAlreadyExists = (name: string) =>
  ssmError("DocumentAlreadyExists", `Document with same name ${name} already exists`);
export const invalidDocumentContent = (message = "The content for the document is not valid.") =>
  ssmError("InvalidDocumentContent", message);
export const invalidDocumentSchemaVersion = (message: string) =>
  ssmError("InvalidDocumentSchemaVersion", message);
export const invalidDocumentVersion = () =>
  ssmError("InvalidDocumentVersion", "The document version is not valid or does not exist.");
export const invalidDocumentOperation = (message: string) =>
  ssmError("InvalidDocumentOperation", message);
export const duplicateDocumentContent = () =>
  ssmError(
    "DuplicateDocumentContent",
    "The content of the association document matches another document. Change the content of the document and try again.",
  );
export const duplicateDocumentVersionName = () =>
  ssmError("DuplicateDocumentVersionName", "The specified version name is a duplicate.");
export const documentLimitExceeded = (message: string) =>
  ssmError("DocumentLimitExceeded", message);
export const documentVersionLimitExceeded = (most: number) =>
  ssmError(
    "DocumentVersionLimitExceeded",
    `The document has too many versions. Delete one or more document versions and try again; ${most} can be kept.`,
  );
export const maxDocumentSizeExceeded = () =>
  ssmError("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.");
export const documentPermissionLimit = (message: string) =>
  ssmError("DocumentPermissionLimit", message);
export const invalidParameters = (message: string) => ssmError("InvalidParameters", message);
export const invalidInstanceId = (ids: readonly string[], account: string) =>
  ssmError(
    "InvalidInstanceId",
    `Instances [[${ids.join(", ")}]] not in a valid state for account ${account}`,
  );
export const duplicateInstanceId = () =>
  ssmError("DuplicateInstanceId", "You can't specify an instance ID in more than one association.");
export const invalidCommandId = () => ssmError("InvalidCommandId", "Invalid command id.");
export const invalidPluginName = () =>
  ssmError("InvalidPluginName", "The plugin name isn't valid.");
export const invalidNotificationConfig = (message: string) =>
  ssmError("InvalidNotificationConfig", message);
export const unsupportedPlatformType = (message: string) =>
  ssmError("UnsupportedPlatformType", message);
export const invocationDoesNotExist = () =>
  ssmError(
    "InvocationDoesNotExist",
    "The command ID and managed node ID you specified didn't match any invocations.",
  );
export const targetNotConnected = (target: string) =>
  ssmError("TargetNotConnected", `${target} is not connected.`);
export const baselineDoesNotExist = () =>
  ssmError("DoesNotExistException", "Patch Baseline to be retrieved does not exist.");
export const patchGroupTaken = (system: string) =>
  ssmError(
    "AlreadyExistsException",
    `Patch Group baseline already has a baseline registered for OperatingSystem ${system}.`,
  );
export const resourceInUse = () =>
  ssmError(
    "ResourceInUseException",
    "The patch baseline is a default, or registered for a patch group.",
  );
export const resourceLimitExceeded = () =>
  ssmError(
    "ResourceLimitExceededException",
    "The number of patch baselines, or of patch groups of a baseline, has reached its limit.",
  );
export const idempotentParameterMismatch = () =>
  ssmError(
    "IdempotentParameterMismatch",
    "The request has the client token of an earlier one that was different.",
  );
export const doesNotExist = (sessionId: string) =>
  ssmError("DoesNotExistException", `Session ${sessionId} does not exist.`);
