/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (defaults, unless adjusted). */

export const mostUsers = 5000;
export const mostGroups = 300;
export const mostRoles = 1000;
export const mostInstanceProfiles = 1000;
export const mostManagedPolicies = 1500;
export const mostServerCertificates = 20;
export const mostAccessKeysPerUser = 2;
export const mostGroupsPerUser = 10;
export const mostAttachedPolicies = 10;
export const mostPolicyVersions = 5;
export const mostTags = 50;

/** Characters without white space. */
export const longestManagedPolicy = 6144;
/** Of all inline policies of one entity together, characters without white space. */
export const longestInlinePolicies = { user: 2048, group: 5120, role: 10_240 } as const;
export const longestTrustPolicy = 2048;

export const defaultMaxSessionSeconds = 3600;
/** MaxItems when a request does not say. */
export const usualPageSize = 100;
