/** Every number of AWS ACM, with the page that it comes from. */

// https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
export const limits = {
  certificatesPerRegion: 2500,
  namesPerCertificate: 10,
  /** Names of a certificate as ListCertificates shows them. */
  summarizedNames: 100,
  tagsPerCertificate: 50,
  listPage: 1000,
  searchPage: 100,
  /** https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html */
  validityDays: 198,
  /** Managed renewal starts so long before the end. https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html */
  renewalDays: 45,
  /** The end of a certificate is told from so many days before, unless the account says otherwise. */
  daysBeforeExpiry: 45,
  /** How long the same token means the same request. */
  tokenMs: 3_600_000,
  /** Until ACM looks for the first time whether a requested certificate's names are validated. */
  validationMs: 5000,
  /** And how long it goes on. https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html */
  validationTimeoutMs: 72 * 3_600_000,
  /** A private key's, of PEM. https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html */
  privateKeyBytes: 5120,
  /** https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html */
  commonNameCharacters: 64,
} as const;
