/** Certificates and keys from ACM for the data plane, remembered for a while. */
import { acmCertificate } from "#services/kit/load-balancing/acm-certificate.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { CertificateConfig } from "#traffic/application/config.ts";
import type { State } from "./state.ts";

/** After so much cloud time it is looked whether ACM renewed a certificate. */
export const refreshMs = 60_000;

export async function certificateOf(
  env: Environment,
  state: State,
  scope: Scope,
  arn: string,
): Promise<CertificateConfig> {
  const nowMs = env.clock.now();
  const known = state.certificates.get(arn);
  if (known && nowMs - known.fetchedMs < refreshMs) return known.config;
  const config = await acmCertificate(env, scope, arn);
  state.certificates.set(arn, { config, fetchedMs: nowMs });
  return config;
}
