/** Certificates of secure listeners: those of ACM and the server certificates of IAM. */
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { certificateNotFound, invalidConfiguration } from "./errors.ts";
import { principal } from "./network.ts";

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
