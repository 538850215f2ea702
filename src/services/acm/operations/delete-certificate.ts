import { certificateUsers } from "#services/kit/load-balancing/certificate-users.ts";
import type { Operation } from "#services/kit/service.ts";
import { certificateInUse } from "../errors.ts";
import { findCertificate } from "../find.ts";
import { certificates } from "../records.ts";
import type { State } from "../state.ts";

export const deleteCertificate: Operation<"acm", "DeleteCertificate", State> = async (
  { CertificateArn },
  context,
) => {
  await context.store.transaction((tx) => findCertificate(tx, context, CertificateArn));
  const users = await certificateUsers(context, context, "acm.amazonaws.com");
  if (users.has(CertificateArn!)) throw certificateInUse(CertificateArn!, context.account);
  await context.store.transaction(async (tx) => {
    const { id } = await findCertificate(tx, context, CertificateArn);
    certificates.delete(tx, context, id);
  });
  return {};
};
