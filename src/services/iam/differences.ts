import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "*",
    differs:
      "Policies are checked, kept and returned but not enforced. Changes are visible at once; AWS is eventually consistent. Principals that a trust policy names need not exist.",
  },
  {
    operation: "GetAccessKeyLastUsed",
    differs: "The use of keys is not recorded; every key answers as one that was never used.",
  },
  { operation: "GetRole", differs: "RoleLastUsed is always empty." },
  {
    operation: "CreateLoginProfile",
    differs: "The profile is recorded without its password, for there is no console to sign in to.",
  },
  {
    operation: "DeleteServerCertificate",
    differs:
      "Load balancers of the caller's region keep a certificate from being deleted, those of other regions do not: they serve it on until Fogbank starts again, and then take no change until their listener has another.",
  },
  {
    operation: "ListPolicies",
    differs:
      "Of the policies that AWS manages some 130 common ones are known, each with its present version only; every other ARN answers NoSuchEntity.",
  },
];
