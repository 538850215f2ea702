import { serverCertificates } from "#services/kit/server-certificates.ts";
import type { IamOperation } from "../context.ts";
import * as limits from "../limits.ts";
import {
  accessKeys,
  globalScope,
  groups,
  instanceProfiles,
  policies,
  roles,
  users,
} from "../records.ts";

/** Counts, and quotas beside them. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html */
export const getAccountSummary: IamOperation<"GetAccountSummary"> = async (_input, context) => {
  const scope = globalScope(context);
  const SummaryMap = await context.store.transaction(async (tx) => {
    const own = await policies.list(tx, scope);
    const rootKeys = (await accessKeys.list(tx, scope)).filter(({ user }) => user === undefined);
    return {
      Users: (await users.list(tx, scope)).length,
      UsersQuota: limits.mostUsers,
      Groups: (await groups.list(tx, scope)).length,
      GroupsQuota: limits.mostGroups,
      Roles: (await roles.list(tx, scope)).length,
      RolesQuota: limits.mostRoles,
      Policies: own.length,
      PoliciesQuota: limits.mostManagedPolicies,
      PolicyVersionsInUse: own.reduce((sum, { versions }) => sum + versions.length, 0),
      PolicyVersionsInUseQuota: 10_000,
      VersionsPerPolicyQuota: limits.mostPolicyVersions,
      PolicySizeQuota: limits.longestManagedPolicy,
      InstanceProfiles: (await instanceProfiles.list(tx, scope)).length,
      InstanceProfilesQuota: limits.mostInstanceProfiles,
      AccessKeysPerUserQuota: limits.mostAccessKeysPerUser,
      GroupsPerUserQuota: limits.mostGroupsPerUser,
      UserPolicySizeQuota: limits.longestInlinePolicies.user,
      GroupPolicySizeQuota: limits.longestInlinePolicies.group,
      RolePolicySizeQuota: limits.longestInlinePolicies.role,
      AssumeRolePolicySizeQuota: limits.longestTrustPolicy,
      AttachedPoliciesPerUserQuota: limits.mostAttachedPolicies,
      AttachedPoliciesPerGroupQuota: limits.mostAttachedPolicies,
      AttachedPoliciesPerRoleQuota: limits.mostAttachedPolicies,
      AccountAccessKeysPresent: rootKeys.length > 0 ? 1 : 0,
      AccountPasswordPresent: 1,
      AccountMFAEnabled: 0,
      AccountSigningCertificatesPresent: 0,
      MFADevices: 0,
      MFADevicesInUse: 0,
      Providers: 0,
      ServerCertificates: (await serverCertificates.list(tx, scope)).length,
      ServerCertificatesQuota: limits.mostServerCertificates,
      SigningCertificatesPerUserQuota: 2,
      GlobalEndpointTokenVersion: 2,
    };
  });
  return { SummaryMap };
};
