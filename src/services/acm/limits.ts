/** Every number of AWS ACM, with the page that it comes from. */

// https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
export const limits = {
  certificatesPerRegion: 2500,
  namesPerCertificate: 100,
  /** Names of a certificate as ListCertificates shows them. */
  summarizedNames: 100,
  tagsPerCertificate: 50,
  listPage: 1000,
  /** https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html */
  validityDays: 198,
  /** Managed renewal starts so long before the end. https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html */
  renewalDays: 45,
  /** How long the same token means the same request. */
  tokenMs: 3_600_000,
  /** Until a requested certificate is issued: Fogbank grants validation. */
  validationMs: 5000,
} as const;
