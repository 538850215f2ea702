import type { Operation } from "#services/kit/service.ts";
import { invalidState } from "../errors.ts";
import { findCertificate } from "../find.ts";
import { certificates } from "../records.ts";
import type { State } from "../state.ts";

export const updateCertificateOptions: Operation<"acm", "UpdateCertificateOptions", State> = async (
  { CertificateArn, Options },
  context,
) => {
  await context.store.transaction(async (tx) => {
    const { id, record } = await findCertificate(tx, context, CertificateArn);
    if (record.type === "IMPORTED")
      throw invalidState(
        `The options of the imported certificate ${record.arn} cannot be changed.`,
      );
    if (Options?.Export !== undefined && Options.Export !== record.exportOption)
      throw invalidState("Whether a certificate can be exported is decided when it is requested.");
    certificates.put(tx, context, [id], {
      ...record,
      transparencyLogging:
        Options?.CertificateTransparencyLoggingPreference ?? record.transparencyLogging,
    });
  });
  return {};
};
