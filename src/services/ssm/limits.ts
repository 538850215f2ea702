/** https://docs.aws.amazon.com/general/latest/gr/ssm.html and the pages named beside the numbers. */

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
export const longestStandardValue = 4096;
export const longestAdvancedValue = 8192;
export const mostStandardParameters = 10_000;
/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html */
export const mostVersions = 100;
/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html */
export const mostLabelsPerVersion = 10;
/** Levels of a name such as /a/b/c, which has three. */
export const mostLevels = 15;
export const longestName = 1011;
export const mostPolicies = 10;
export const mostTags = 50;
export const byPathPageSize = 10;
export const usualPageSize = 50;

/** Characters of a command's output that GetCommandInvocation and ListCommandInvocations show. */
export const longestInvocationOutput = 24_000;
export const longestPluginOutput = 2500;
/** How long a command may take before its machine ends it, when the request does not say. */
export const usualExecutionSeconds = 3600;
/** How long a command waits for its instances. */
export const usualDeliverySeconds = 3600;
/** Of standard error GetCommandInvocation shows fewer. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html */
export const longestInvocationError = 8000;
/** https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm */
export const mostDocuments = 500;
export const mostBaselines = 50;
export const mostPatchGroupsPerBaseline = 25;
export const mostDocumentVersions = 1000;
export const longestDocumentBytes = 64 * 1024;
export const mostDocumentShares = 1000;
