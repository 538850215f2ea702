import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "RequestCertificate",
    differs:
      "Certificates are issued by Fogbank's own root (`fogbank trust`), from five seconds after the request. A domain is validated by the record in the account's public hosted zone of the longest name that fits; what no such zone keeps, and what is validated by mail, is granted. Private certificate authorities, HTTP validation and ManagedBy are refused.",
  },
  {
    operation: "ResendValidationEmail",
    differs: "No mail is sent; the certificate is issued without.",
  },
  {
    operation: "*",
    differs:
      "Certificates are valid by the cloud's clock and by the machine's, so that clients accept them after the clock was advanced.",
  },
];
