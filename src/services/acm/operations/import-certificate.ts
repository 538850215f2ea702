import type { Operation } from "#services/kit/service.ts";
import { limitExceeded, validationError } from "../errors.ts";
import { certificateArn, findCertificate } from "../find.ts";
import { readCertificate } from "../authority/read-certificate.ts";
import { checkReimport, readImport } from "../import-input.ts";
import { notice } from "../notices.ts";
import { limits } from "../limits.ts";
import { certificates, type CertificateRecord } from "../records.ts";
import type { State } from "../state.ts";
import { readTags } from "../tagging.ts";

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_ImportCertificate.html */
export const importCertificate: Operation<"acm", "ImportCertificate", State> = async (
  { CertificateArn, Certificate, PrivateKey, CertificateChain, Tags },
  context,
) => {
  const nowMs = context.clock.now();
  const { material, facts } = readImport(
    { Certificate: Certificate!, PrivateKey: PrivateKey!, CertificateChain },
    nowMs,
  );
  const tags = readTags(Tags);
  const { domainName, names, keyAlgorithm } = facts;
  return context.store.transaction(async (tx) => {
    if (CertificateArn !== undefined) {
      const { id, record } = await findCertificate(tx, context, CertificateArn);
      if (Tags?.length) throw validationError("Tagging is not permitted on re-import.");
      if (record.type !== "IMPORTED")
        throw validationError(`Certificate ${CertificateArn} was not imported.`);
      checkReimport(readCertificate(record.material!.certificate), facts);
      const renewed: CertificateRecord = {
        ...record,
        domainName,
        names,
        material,
        status: "ISSUED",
        importedMs: nowMs,
      };
      certificates.put(tx, context, [id], renewed);
      notice(tx, context, id, renewed, { what: "available", action: "REIMPORT" }, nowMs);
      return { CertificateArn };
    }
    const all = await certificates.list(tx, context);
    if (all.length >= limits.certificatesPerRegion)
      throw limitExceeded(
        "You have reached the maximum number of certificates. Delete certificates that are not in use, or contact AWS Support to request an increase.",
      );
    const id = context.random.uuid();
    const record: CertificateRecord = {
      arn: certificateArn(context, id),
      type: "IMPORTED",
      status: "ISSUED",
      domainName,
      names,
      keyAlgorithm,
      validationDomains: {},
      createdMs: nowMs,
      importedMs: nowMs,
      transparencyLogging: "DISABLED",
      exported: false,
      tags,
      material,
    };
    certificates.put(tx, context, [id], record);
    notice(tx, context, id, record, { what: "available", action: "IMPORT" }, nowMs);
    return { CertificateArn: record.arn };
  });
};
