import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "AssumeRole",
    differs:
      "The account's root may assume a role that trusts the account; AWS refuses root. Multi-factor codes and ProvidedContexts are refused. The condition keys aws:SourceArn, aws:SourceOrgID and aws:PrincipalOrgID are never present.",
  },
  {
    operation: "*",
    differs:
      "Session policies and tags are checked and kept but not enforced. Credentials expire by system time, also when the cloud's clock runs faster. PackedPolicySize is measured on the plain text.",
  },
  {
    operation: "GetAccessKeyInfo",
    differs:
      "Ids of the form that AWS issued before 2019, which do not name their account, are not resolved.",
  },
];
