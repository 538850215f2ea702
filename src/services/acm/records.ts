/** What AWS ACM keeps. */
import { collection } from "#store/collection.ts";

export interface CertificateRecord {
  arn: string;
  type: "AMAZON_ISSUED" | "IMPORTED";
  status: "PENDING_VALIDATION" | "ISSUED" | "EXPIRED" | "REVOKED" | "VALIDATION_TIMED_OUT";
  domainName: string;
  /** The domain name among them. */
  names: string[];
  keyAlgorithm: string;
  validationMethod?: "EMAIL" | "DNS";
  /** Domains that are asked, by name, where they are not the name itself. */
  validationDomains: Record<string, string>;
  /** Names whose owner has answered, by the latest look; all of them once issued. */
  validated?: string[];
  createdMs: number;
  issuedMs?: number;
  importedMs?: number;
  revokedMs?: number;
  revocationReason?: string;
  /** What a repeated request is known by: its token and a digest of its members. */
  token?: { value: string; digest: string };
  transparencyLogging: "ENABLED" | "DISABLED";
  exportOption?: "ENABLED" | "DISABLED";
  exported: boolean;
  /** The days that were left when its end was told last, and which end that was. */
  expiryTold?: { notAfterMs: number; days: number };
  /** Null for a tag without a value. */
  tags: Record<string, string | null>;
  /** Once issued or imported, PEM. */
  material?: CertificateMaterial;
  renewal?: {
    status: "PENDING_AUTO_RENEWAL" | "PENDING_VALIDATION" | "SUCCESS" | "FAILED";
    updatedMs: number;
  };
}

export interface CertificateMaterial {
  certificate: string;
  chain: string | undefined;
  key: string;
}

export interface AccountRecord {
  daysBeforeExpiry: number;
  /** Tokens of the last hour's calls, and when each was used first. */
  tokens?: Record<string, number>;
}

/** [the id at the end of the ARN] */
export const certificates = collection<CertificateRecord>("acm", "certificate");
/** ["account"] */
export const accounts = collection<AccountRecord>("acm", "account");
