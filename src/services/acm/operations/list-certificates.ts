import { certificateUsers } from "#services/kit/load-balancing/certificate-users.ts";
import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { invalidToken, validationError } from "../errors.ts";
import { limits } from "../limits.ts";
import { certificates } from "../records.ts";
import { certificateSummary } from "../shapes.ts";
import type { State } from "../state.ts";

/** Without a filter of key types only these are listed. https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html */
const usualKeyTypes = ["RSA_1024", "RSA_2048"];

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html */
export const listCertificates: Operation<"acm", "ListCertificates", State> = async (
  input,
  context,
) => {
  const { CertificateStatuses: statuses, Includes: includes = {}, SortBy, SortOrder } = input;
  if ((SortBy === undefined) !== (SortOrder === undefined))
    throw validationError("SortBy and SortOrder must be specified together.");
  const keyTypes: readonly string[] = includes.keyTypes ?? usualKeyTypes;
  const users = await certificateUsers(context, context, "acm.amazonaws.com");
  const all = await context.store.transaction((tx) => certificates.list(tx, context));
  const sign = SortOrder === "DESCENDING" ? -1 : 1;
  const found = all
    .toSorted((a, b) =>
      SortBy === undefined ? (a.arn < b.arn ? -1 : 1) : sign * (a.createdMs - b.createdMs),
    )
    .filter(({ status }) => !statuses?.length || statuses.includes(status))
    .filter(({ keyAlgorithm }) => keyTypes.includes(keyAlgorithm))
    .map((record) => certificateSummary(context, record, users.get(record.arn) ?? []))
    .filter(
      (summary) =>
        meets(includes.keyUsage, summary.KeyUsages) &&
        meets(includes.extendedKeyUsage, summary.ExtendedKeyUsages) &&
        (includes.exportOption === undefined || summary.ExportOption === includes.exportOption) &&
        includes.managedBy === undefined,
    );
  // Positions, because the order may be that of times, which several can share.
  const page = paginate(
    found.map((summary, index) => ({ summary, position: String(index).padStart(6, "0") })),
    {
      limit: input.MaxItems ?? limits.listPage,
      token: input.NextToken,
      keyOf: ({ position }) => position,
      invalidToken,
    },
  );
  return {
    CertificateSummaryList: page.items.map(({ summary }) => summary),
    NextToken: page.nextToken,
  };
};

function meets(wanted: readonly string[] | undefined, own: readonly string[] = []): boolean {
  return !wanted?.length || wanted.some((usage) => own.includes(usage));
}
