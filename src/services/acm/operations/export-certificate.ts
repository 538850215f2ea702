import { createPrivateKey } from "node:crypto";
import type { Operation } from "#services/kit/service.ts";
import { requestInProgress, validationError } from "../errors.ts";
import { findCertificate } from "../find.ts";
import { certificates } from "../records.ts";
import type { State } from "../state.ts";

/**
 * The key leaves encrypted with the passphrase. Services that terminate TLS with a certificate of
 * any kind are given it too.
 * https://docs.aws.amazon.com/acm/latest/APIReference/API_ExportCertificate.html
 */
export const exportCertificate: Operation<"acm", "ExportCertificate", State> = async (
  { CertificateArn, Passphrase },
  context,
) => {
  const forService = context.principal.type === "service";
  const passphrase = Buffer.from(Passphrase!).toString("latin1");
  const { certificate, chain, key } = await context.store.transaction(async (tx) => {
    const { id, record } = await findCertificate(tx, context, CertificateArn);
    if (!forService && record.exportOption !== "ENABLED")
      throw validationError(`Certificate ARN: ${CertificateArn} is not a private certificate`);
    if (/[#$%]/.test(passphrase))
      throw validationError("The passphrase cannot contain the characters '#', '$' and '%'.");
    if (!record.material) throw requestInProgress(record.arn);
    if (!forService && !record.exported)
      certificates.put(tx, context, [id], { ...record, exported: true });
    return record.material;
  });
  const PrivateKey = createPrivateKey(key).export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase,
  });
  return { Certificate: certificate, CertificateChain: chain, PrivateKey };
};
