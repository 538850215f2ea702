import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "RequestCertificate",
    differs:
      "Validation is granted: five seconds after the request the certificate is issued by Fogbank's own root (`fogbank trust`), without a look at DNS or a mail. Private certificate authorities, HTTP validation and ManagedBy are refused.",
  },
  {
    operation: "ResendValidationEmail",
    differs: "No mail is sent; the certificate is issued without.",
  },
  {
    operation: "PutAccountConfiguration",
    differs: "Stored and shown; events of certificates about to expire are not sent.",
  },
  {
    operation: "*",
    differs:
      "Certificates are valid by the cloud's clock and by the machine's, so that clients accept them after the clock was advanced.",
  },
];
