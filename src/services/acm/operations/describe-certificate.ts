import { certificateUsers } from "#services/kit/load-balancing/certificate-users.ts";
import type { Operation } from "#services/kit/service.ts";
import { requestInProgress } from "../errors.ts";
import { findCertificate } from "../find.ts";
import { certificateDetail } from "../shapes.ts";
import type { State } from "../state.ts";

export const describeCertificate: Operation<"acm", "DescribeCertificate", State> = async (
  { CertificateArn },
  context,
) => {
  const { record } = await context.store.transaction((tx) =>
    findCertificate(tx, context, CertificateArn),
  );
  const users = await certificateUsers(context, context, "acm.amazonaws.com");
  return { Certificate: certificateDetail(context, record, users.get(record.arn) ?? []) };
};

export const getCertificate: Operation<"acm", "GetCertificate", State> = async (
  { CertificateArn },
  context,
) => {
  const { record } = await context.store.transaction((tx) =>
    findCertificate(tx, context, CertificateArn),
  );
  if (!record.material) throw requestInProgress(record.arn);
  const { certificate, chain } = record.material;
  return { Certificate: certificate, ...(chain !== undefined && { CertificateChain: chain }) };
};
