import { certificateUsers } from "#services/kit/load-balancing/certificate-users.ts";
import type { Operation } from "#services/kit/service.ts";
import { requestInProgress, validationError } from "../errors.ts";
import { findCertificate } from "../find.ts";
import { certificates } from "../records.ts";
import { isEligible } from "../shapes.ts";
import type { State } from "../state.ts";

export const renewCertificate: Operation<"acm", "RenewCertificate", State> = async (
  { CertificateArn },
  context,
) => {
  const users = await certificateUsers(context, context, "acm.amazonaws.com");
  await context.store.transaction(async (tx) => {
    const { id, record } = await findCertificate(tx, context, CertificateArn);
    if (record.status === "PENDING_VALIDATION" || record.renewal?.status === "PENDING_AUTO_RENEWAL")
      throw requestInProgress(record.arn);
    if (!isEligible(record, users.get(record.arn) ?? []))
      throw validationError(`Certificate ${record.arn} is not eligible for renewal.`);
    const renewal = { status: "PENDING_AUTO_RENEWAL", updatedMs: context.clock.now() } as const;
    certificates.put(tx, context, [id], { ...record, renewal });
  });
  return {};
};
