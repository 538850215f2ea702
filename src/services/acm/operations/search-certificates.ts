import type { SearchCertificatesSortBy } from "@aws-sdk/client-acm";
import { certificateUsers } from "#services/kit/load-balancing/certificate-users.ts";
import { paginate } from "#services/kit/pagination.ts";
import type { Operation } from "#services/kit/service.ts";
import { invalidToken } from "../errors.ts";
import { limits } from "../limits.ts";
import { certificates } from "../records.ts";
import { findable, matches, type Findable } from "../search.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_SearchCertificates.html */
export const searchCertificates: Operation<"acm", "SearchCertificates", State> = async (
  { FilterStatement, MaxResults, NextToken, SortBy, SortOrder },
  context,
) => {
  const users = await certificateUsers(context, context, "acm.amazonaws.com");
  const all = await context.store.transaction((tx) => certificates.list(tx, context));
  const found = all
    .map((record) => findable(context, record, users.get(record.arn) ?? []))
    .filter((one) => FilterStatement === undefined || matches(one, FilterStatement));
  const keyOf = sortKeys[SortBy ?? "CERTIFICATE_ARN"];
  const sign = SortOrder === "DESCENDING" ? -1 : 1;
  const sorted = found.toSorted((a, b) => sign * compare(keyOf(a), keyOf(b)));
  // Positions, because several can have what is sorted by in common.
  const page = paginate(
    sorted.map((one, index) => ({ one, position: String(index).padStart(6, "0") })),
    {
      limit: MaxResults ?? limits.searchPage,
      token: NextToken,
      keyOf: ({ position }) => position,
      invalidToken,
    },
  );
  return {
    Results: page.items.map(({ one: { arn, x509, metadata } }) => ({
      CertificateArn: arn,
      X509Attributes: x509,
      CertificateMetadata: { AcmCertificateMetadata: metadata },
    })),
    NextToken: page.nextToken,
  };
};

type SortKey = string | number | boolean | Date | undefined;

const sortKeys: Record<SearchCertificatesSortBy, (one: Findable) => SortKey> = {
  // Nothing here is issued over ACME.
  ACME_ACCOUNT_ID: () => undefined,
  ACME_ENDPOINT_ARN: () => undefined,
  CERTIFICATE_KEY_PAIR_ORIGIN: ({ metadata }) => metadata.CertificateKeyPairOrigin,
  CERTIFICATE_ARN: ({ arn }) => arn,
  COMMON_NAME: ({ x509 }) => x509.Subject?.CommonName,
  CREATED_AT: ({ metadata }) => metadata.CreatedAt,
  EXPORTED: ({ metadata }) => metadata.Exported,
  EXPORT_OPTION: ({ metadata }) => metadata.ExportOption,
  IMPORTED_AT: ({ metadata }) => metadata.ImportedAt,
  IN_USE: ({ metadata }) => metadata.InUse,
  ISSUED_AT: ({ metadata }) => metadata.IssuedAt,
  KEY_ALGORITHM: ({ x509 }) => x509.KeyAlgorithm,
  MANAGED_BY: ({ metadata }) => metadata.ManagedBy,
  NOT_AFTER: ({ x509 }) => x509.NotAfter,
  NOT_BEFORE: ({ x509 }) => x509.NotBefore,
  RENEWAL_ELIGIBILITY: ({ metadata }) => metadata.RenewalEligibility,
  RENEWAL_STATUS: ({ metadata }) => metadata.RenewalStatus,
  REVOKED_AT: ({ metadata }) => metadata.RevokedAt,
  STATUS: ({ metadata }) => metadata.Status,
  TYPE: ({ metadata }) => metadata.Type,
  VALIDATION_METHOD: ({ metadata }) => metadata.ValidationMethod,
};

/** What has no value comes first. */
function compare(a: SortKey, b: SortKey): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  if (a < b) return -1;
  return a > b ? 1 : 0;
}
