/** AWS Identity and Access Management: who there is, with which keys and which policies. */
import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { accessKeyOperations } from "./operations/access-keys.ts";
import { accountOperations } from "./operations/account.ts";
import { getAccountSummary } from "./operations/account-summary.ts";
import { attachedPolicyOperations } from "./operations/attached-policies.ts";
import { getAccountAuthorizationDetails } from "./operations/authorization-details.ts";
import { groupOperations } from "./operations/groups.ts";
import { inlinePolicyOperations } from "./operations/inline-policies.ts";
import { instanceProfileOperations } from "./operations/instance-profiles.ts";
import { loginProfileOperations } from "./operations/login-profiles.ts";
import { policyOperations } from "./operations/policies.ts";
import { policyVersionOperations } from "./operations/policy-versions.ts";
import { roleOperations } from "./operations/roles.ts";
import { serviceLinkedRoleOperations } from "./operations/service-linked-roles.ts";
import { serverCertificateOperations } from "./operations/server-certificates.ts";
import { tagOperations } from "./operations/tags.ts";
import { userOperations } from "./operations/users.ts";
import { createState, type State } from "./state.ts";

export const service = defineService<"iam", State>({
  name: "iam",
  operations: {
    ...userOperations,
    ...accessKeyOperations,
    ...loginProfileOperations,
    ...groupOperations,
    ...roleOperations,
    ...serviceLinkedRoleOperations,
    ...instanceProfileOperations,
    ...policyOperations,
    ...policyVersionOperations,
    ...inlinePolicyOperations,
    ...attachedPolicyOperations,
    ...serverCertificateOperations,
    ...tagOperations,
    ...accountOperations,
    GetAccountSummary: getAccountSummary,
    GetAccountAuthorizationDetails: getAccountAuthorizationDetails,
  },
  createState,
  findCredential: (_env, state, accessKeyId) => state.credentials.find(accessKeyId),
  stop: (_env, state) => state.credentials.close(),
  differences,
});
