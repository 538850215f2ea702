/** Certificates of secure listeners: those of ACM and the server certificates of IAM. */
import { AwsError } from "#model/error.ts";
import { acmCertificate } from "#services/kit/load-balancing/acm-certificate.ts";
import { asService } from "#services/kit/principal.ts";
import { serverCertificate } from "#services/kit/server-certificates.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { CertificateConfig } from "#traffic/application/config.ts";
import { certificateNotFound, invalidConfiguration } from "./errors.ts";
import { principal } from "./network.ts";
import type { State } from "./state.ts";

const isOfIam = (arn: string) => /^arn:[^:]+:iam::\d+:server-certificate\//.test(arn);

/** Throws AWS's errors for certificates that a listener cannot use. */
export async function checkCertificates(
  env: Pick<Environment, "clients">,
  scope: Scope,
  listeners: readonly { certificate?: string }[],
): Promise<void> {
  for (const { certificate } of listeners)
    if (certificate !== undefined) await checkCertificate(env, scope, certificate);
}

async function checkCertificate(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
  arn: string,
): Promise<void> {
  const caller = asService(scope, principal);
  try {
    if (isOfIam(arn)) {
      const ServerCertificateName = arn.slice(arn.lastIndexOf("/") + 1);
      const { ServerCertificate } = await clients
        .iam(caller)
        .GetServerCertificate({ ServerCertificateName });
      if (ServerCertificate?.ServerCertificateMetadata?.Arn !== arn) throw certificateNotFound(arn);
      return;
    }
    const { Certificate } = await clients.acm(caller).DescribeCertificate({ CertificateArn: arn });
    if (Certificate?.Status === "ISSUED" || Certificate?.Status === "EXPIRED") return;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === "NotImplemented") throw error;
    throw certificateNotFound(arn);
  }
  throw invalidConfiguration(`The certificate ${arn} has not been issued`);
}

/** After so much cloud time it is looked whether a certificate was renewed. */
export const refreshMs = 60_000;

/** A certificate with its key for the data plane, remembered for a while. */
export async function certificateOf(
  env: Environment,
  state: State,
  scope: Scope,
  arn: string,
): Promise<CertificateConfig> {
  const nowMs = env.clock.now();
  const known = state.certificates.get(arn);
  if (known && nowMs - known.fetchedMs < refreshMs) return known.config;
  const config = isOfIam(arn)
    ? await fromIam(env, scope, arn)
    : await acmCertificate(env, scope, arn);
  state.certificates.set(arn, { config, fetchedMs: nowMs });
  return config;
}

async function fromIam(env: Environment, scope: Scope, arn: string): Promise<CertificateConfig> {
  const found = await env.store.transaction((tx) => serverCertificate(tx, scope, arn));
  if (!found) throw certificateNotFound(arn);
  return { arn, certificate: found.body, chain: found.chain ?? "", key: found.key };
}
