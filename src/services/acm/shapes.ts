/** Certificates as AWS shows them. */
import type { CertificateDetail, CertificateSummary } from "@aws-sdk/client-acm";
import { dateOf } from "#runtime/date.ts";
import type { Scope } from "#store/collection.ts";
import { readCertificate } from "./authority/read-certificate.ts";
import { limits } from "./limits.ts";
import type { CertificateRecord } from "./records.ts";
import { domainValidations } from "./validation.ts";

const date = (timeMs: number | undefined) => (timeMs === undefined ? undefined : dateOf(timeMs));

export function certificateDetail(
  scope: Scope,
  record: CertificateRecord,
  users: readonly string[],
): CertificateDetail {
  const facts = record.material && readCertificate(record.material.certificate);
  return {
    CertificateArn: record.arn,
    DomainName: record.domainName,
    SubjectAlternativeNames: record.names,
    ...(record.type === "AMAZON_ISSUED" && {
      DomainValidationOptions: domainValidations(scope, record, "request"),
    }),
    Serial: facts?.serial,
    Subject: facts?.subject ?? `CN=${record.domainName}`,
    Issuer: record.type === "IMPORTED" ? facts?.issuer : "Amazon",
    CreatedAt: dateOf(record.createdMs),
    IssuedAt: date(record.issuedMs),
    ImportedAt: date(record.importedMs),
    Status: record.status,
    RevokedAt: date(record.revokedMs),
    RevocationReason: record.revocationReason as CertificateDetail["RevocationReason"],
    NotBefore: date(facts?.notBeforeMs),
    NotAfter: date(facts?.notAfterMs),
    KeyAlgorithm: record.keyAlgorithm as CertificateDetail["KeyAlgorithm"],
    SignatureAlgorithm: facts?.signatureAlgorithm ?? "SHA256WITHRSA",
    InUseBy: [...users],
    Type: record.type,
    ...(record.renewal && {
      RenewalSummary: {
        RenewalStatus: record.renewal.status,
        DomainValidationOptions: domainValidations(scope, record, "renewal"),
        UpdatedAt: dateOf(record.renewal.updatedMs),
      },
    }),
    KeyUsages: facts?.keyUsages.map((Name) => ({ Name })) ?? [],
    ExtendedKeyUsages: facts?.extendedKeyUsages ?? [],
    RenewalEligibility: isEligible(record, users) ? "ELIGIBLE" : "INELIGIBLE",
    Options: {
      CertificateTransparencyLoggingPreference: record.transparencyLogging,
      Export: record.exportOption ?? "DISABLED",
    },
  };
}

/** https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html */
export function isEligible(record: CertificateRecord, users: readonly string[]): boolean {
  return (
    record.type === "AMAZON_ISSUED" &&
    record.status === "ISSUED" &&
    (users.length > 0 || record.exported)
  );
}

export function certificateSummary(
  scope: Scope,
  record: CertificateRecord,
  users: readonly string[],
): CertificateSummary {
  const detail = certificateDetail(scope, record, users);
  return {
    CertificateArn: record.arn,
    DomainName: record.domainName,
    SubjectAlternativeNameSummaries: record.names.slice(0, limits.summarizedNames),
    HasAdditionalSubjectAlternativeNames: record.names.length > limits.summarizedNames,
    Status: record.status,
    Type: record.type,
    KeyAlgorithm: detail.KeyAlgorithm,
    KeyUsages: detail.KeyUsages?.map(({ Name }) => Name!),
    ExtendedKeyUsages: detail.ExtendedKeyUsages?.map(({ Name }) => Name!),
    ...(record.type === "AMAZON_ISSUED" && { ExportOption: record.exportOption ?? "DISABLED" }),
    InUse: users.length > 0,
    Exported: record.exported,
    RenewalEligibility: detail.RenewalEligibility,
    NotBefore: detail.NotBefore,
    NotAfter: detail.NotAfter,
    CreatedAt: detail.CreatedAt,
    IssuedAt: detail.IssuedAt,
    ImportedAt: detail.ImportedAt,
    RevokedAt: detail.RevokedAt,
  };
}
