import type { Operation } from "#services/kit/service.ts";
import { certificateInUse } from "../errors.ts";
import { findCertificate } from "../find.ts";
import { certificates } from "../records.ts";
import type { State } from "../state.ts";
import { certificateUsers } from "../users.ts";

export const deleteCertificate: Operation<"acm", "DeleteCertificate", State> = async (
  { CertificateArn },
  context,
) => {
  await context.store.transaction((tx) => findCertificate(tx, context, CertificateArn));
  const users = await certificateUsers(context, context);
  if (users.has(CertificateArn!)) throw certificateInUse(CertificateArn!);
  await context.store.transaction(async (tx) => {
    const { id } = await findCertificate(tx, context, CertificateArn);
    certificates.delete(tx, context, id);
  });
  return {};
};
