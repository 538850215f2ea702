import { certificateUsers } from "#services/kit/load-balancing/certificate-users.ts";
import type { Operation } from "#services/kit/service.ts";
import { certificateInUse, invalidState, neverExported } from "../errors.ts";
import { findCertificate } from "../find.ts";
import { notice } from "../notices.ts";
import { certificates } from "../records.ts";
import type { State } from "../state.ts";

/**
 * For good. One that is in use must be taken out of use first.
 * https://docs.aws.amazon.com/acm/latest/userguide/revoke-certificate.html
 */
export const revokeCertificate: Operation<"acm", "RevokeCertificate", State> = async (
  { CertificateArn, RevocationReason },
  context,
) => {
  await context.store.transaction((tx) => findCertificate(tx, context, CertificateArn));
  const users = await certificateUsers(context, context, "acm.amazonaws.com");
  if (users.has(CertificateArn!)) throw certificateInUse(CertificateArn!, context.account);
  await context.store.transaction(async (tx) => {
    const { id, record } = await findCertificate(tx, context, CertificateArn);
    if (!record.exported) throw neverExported(record.arn);
    if (record.status !== "ISSUED")
      throw invalidState(`Certificate ${record.arn} is ${record.status} and cannot be revoked.`);
    const revokedMs = context.clock.now();
    certificates.put(tx, context, [id], {
      ...record,
      status: "REVOKED",
      revokedMs,
      revocationReason: RevocationReason!,
    });
    notice(tx, context, id, record, { what: "revoked" }, revokedMs);
  });
  return { CertificateArn };
};
