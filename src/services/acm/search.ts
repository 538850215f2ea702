/** What SearchCertificates finds certificates by. https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateFilter.html */
import type {
  AcmCertificateMetadata,
  AcmCertificateMetadataFilter,
  CertificateFilter,
  CertificateFilterStatement,
  CommonNameFilter,
  TimestampRange,
  X509AttributeFilter,
  X509Attributes,
} from "@aws-sdk/client-acm";
import type { Scope } from "#store/collection.ts";
import { distinguishedNames } from "./authority/read-certificate.ts";
import type { CertificateRecord } from "./records.ts";
import { certificateDetail } from "./shapes.ts";

export interface Findable {
  arn: string;
  x509: X509Attributes;
  metadata: AcmCertificateMetadata;
}

export function findable(
  scope: Scope,
  record: CertificateRecord,
  users: readonly string[],
): Findable {
  const detail = certificateDetail(scope, record, users);
  const names = record.material
    ? distinguishedNames(record.material.certificate)
    : { subject: { CommonName: record.domainName }, issuer: undefined };
  return {
    arn: record.arn,
    x509: {
      Issuer: names.issuer,
      Subject: names.subject,
      SubjectAlternativeNames: record.names.map((DnsName) => ({ DnsName })),
      ExtendedKeyUsages: detail.ExtendedKeyUsages?.map(({ Name }) => Name!),
      KeyUsages: detail.KeyUsages?.map(({ Name }) => Name!),
      KeyAlgorithm: detail.KeyAlgorithm,
      SerialNumber: detail.Serial,
      NotAfter: detail.NotAfter,
      NotBefore: detail.NotBefore,
    },
    metadata: {
      CertificateKeyPairOrigin: record.type === "IMPORTED" ? "CUSTOMER_PROVIDED" : "AWS_MANAGED",
      CreatedAt: detail.CreatedAt,
      IssuedAt: detail.IssuedAt,
      ImportedAt: detail.ImportedAt,
      RevokedAt: detail.RevokedAt,
      Exported: record.exported,
      InUse: users.length > 0,
      RenewalEligibility: detail.RenewalEligibility,
      RenewalStatus: record.renewal?.status,
      Status: detail.Status,
      Type: detail.Type,
      ExportOption: detail.Options?.Export,
      ValidationMethod: record.validationMethod,
    },
  };
}

export function matches(one: Findable, statement: CertificateFilterStatement): boolean {
  const { And, Or, Not, Filter } = statement as {
    And?: CertificateFilterStatement[];
    Or?: CertificateFilterStatement[];
    Not?: CertificateFilterStatement;
    Filter?: CertificateFilter;
  };
  if (And) return And.every((part) => matches(one, part));
  if (Or) return Or.some((part) => matches(one, part));
  if (Not) return !matches(one, Not);
  return Filter === undefined || passes(one, Filter);
}

function passes(one: Findable, filter: CertificateFilter): boolean {
  const {
    CertificateArn,
    X509AttributeFilter: attribute,
    AcmCertificateMetadataFilter: metadata,
  } = filter as {
    CertificateArn?: string;
    X509AttributeFilter?: X509AttributeFilter;
    AcmCertificateMetadataFilter?: AcmCertificateMetadataFilter;
  };
  return (
    (CertificateArn === undefined || CertificateArn === one.arn) &&
    (attribute === undefined || hasAttribute(one.x509, attribute)) &&
    (metadata === undefined || hasMetadata(one.metadata, metadata))
  );
}

function hasAttribute(x509: X509Attributes, filter: X509AttributeFilter): boolean {
  const wanted = filter as Partial<{
    Subject: { CommonName?: CommonNameFilter };
    SubjectAlternativeName: { DnsName?: CommonNameFilter };
    ExtendedKeyUsage: string;
    KeyUsage: string;
    KeyAlgorithm: string;
    SerialNumber: string;
    NotAfter: TimestampRange;
    NotBefore: TimestampRange;
  }>;
  const names = x509.SubjectAlternativeNames?.map((name) => name.DnsName) ?? [];
  return (
    isNamed([x509.Subject?.CommonName], wanted.Subject?.CommonName) &&
    isNamed(names, wanted.SubjectAlternativeName?.DnsName) &&
    includes(x509.ExtendedKeyUsages, wanted.ExtendedKeyUsage) &&
    includes(x509.KeyUsages, wanted.KeyUsage) &&
    isOr(x509.KeyAlgorithm, wanted.KeyAlgorithm) &&
    isOr(x509.SerialNumber, wanted.SerialNumber) &&
    isWithin(x509.NotAfter, wanted.NotAfter) &&
    isWithin(x509.NotBefore, wanted.NotBefore)
  );
}

function hasMetadata(
  metadata: AcmCertificateMetadata,
  filter: AcmCertificateMetadataFilter,
): boolean {
  const own = metadata as Record<string, unknown>;
  return Object.entries(filter).every(([name, value]) => isOr(own[name], value));
}

const isOr = (own: unknown, wanted: unknown) => wanted === undefined || own === wanted;

function includes(own: readonly string[] | undefined, wanted: string | undefined): boolean {
  return wanted === undefined || (own ?? []).includes(wanted);
}

function isNamed(
  names: readonly (string | undefined)[],
  filter: CommonNameFilter | undefined,
): boolean {
  if (!filter) return true;
  const { Value = "", ComparisonOperator } = filter;
  return names.some((name) =>
    ComparisonOperator === "CONTAINS" ? name?.includes(Value) : name === Value,
  );
}

/** Both ends belong to it. */
function isWithin(moment: Date | undefined, range: TimestampRange | undefined): boolean {
  if (!range) return true;
  if (moment === undefined) return false;
  const { Start = moment, End = moment } = range;
  return moment >= Start && moment <= End;
}
