/** Certificates and keys from ACM for the data plane, remembered for a while. */
import { createPrivateKey } from "node:crypto";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { CertificateConfig } from "#traffic/application/config.ts";
import { principal } from "./network.ts";
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
  // The key comes encrypted, as ExportCertificate gives it to anybody.
  const passphrase = env.random.hex(32);
  const { Certificate, CertificateChain, PrivateKey } = await env.clients
    .acm(asService(scope, principal))
    .ExportCertificate({ CertificateArn: arn, Passphrase: Buffer.from(passphrase) });
  const key = createPrivateKey({ key: PrivateKey!, passphrase });
  const config = {
    arn,
    certificate: Certificate!,
    chain: CertificateChain ?? "",
    key: key.export({ type: "pkcs8", format: "pem" }),
  };
  state.certificates.set(arn, { config, fetchedMs: nowMs });
  return config;
}
