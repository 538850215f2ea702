/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html and the STS API reference. */

export const defaultAssumeRoleSeconds = 3600;
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining */
export const longestChainedSeconds = 3600;
export const defaultSessionTokenSeconds = 43_200;
/** Credentials of an account's root last an hour at most. */
export const longestRootSeconds = 3600;
export const mostSessionTags = 50;
export const mostSessionPolicies = 10;
/** Characters of an inline session policy, and what PackedPolicySize is a percentage of. */
export const longestSessionPolicy = 2048;
/** An expired session is known for so long, so that its use is answered "expired" and not "unknown". */
export const expiredSessionGraceMs = 3_600_000;
