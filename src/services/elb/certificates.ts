import { lookUpCertificate } from "#services/kit/load-balancing/certificates.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { certificateNotFound, invalidConfiguration } from "./errors.ts";

/** Throws AWS's errors for certificates that a listener cannot use. */
export async function checkCertificates(
  env: Pick<Environment, "clients">,
  scope: Scope,
  listeners: readonly { certificate?: string }[],
): Promise<void> {
  for (const { certificate } of listeners) {
    if (certificate === undefined) continue;
    const found = await lookUpCertificate(env, scope, certificate);
    if (found === "missing") throw certificateNotFound(certificate);
    if (found === "not issued")
      throw invalidConfiguration(`The certificate ${certificate} has not been issued`);
  }
}
