import type { Operation } from "#services/kit/service.ts";
import { invalidDomainValidation, invalidState } from "../errors.ts";
import { findCertificate } from "../find.ts";
import type { State } from "../state.ts";

/** Nothing is sent: validation is granted, so there is nobody to ask. */
export const resendValidationEmail: Operation<"acm", "ResendValidationEmail", State> = async (
  { CertificateArn, Domain = "" },
  context,
) => {
  const { record } = await context.store.transaction((tx) =>
    findCertificate(tx, context, CertificateArn),
  );
  if (!record.names.includes(Domain.toLowerCase()))
    throw invalidDomainValidation(`The domain ${Domain} is not one of the certificate's.`);
  if (record.status !== "PENDING_VALIDATION" || record.validationMethod !== "EMAIL")
    throw invalidState(`Certificate ${record.arn} does not wait for validation by email.`);
  return {};
};
