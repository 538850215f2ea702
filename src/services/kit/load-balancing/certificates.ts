/** Certificates that load balancers serve with: those of ACM and the server certificates of IAM. */
import { createPrivateKey } from "node:crypto";
import { AwsError } from "#model/error.ts";
import type { Scope } from "#store/collection.ts";
import type { CertificateConfig } from "#traffic/application/config.ts";
import { asService } from "../principal.ts";
import { serverCertificate } from "../server-certificates.ts";
import type { Environment } from "../service.ts";

const principal = "elasticloadbalancing.amazonaws.com";

/** After so much cloud time it is looked whether a certificate was renewed. */
export const refreshMs = 60_000;

const isOfIam = (arn: string) => /^arn:[^:]+:iam::\d+:server-certificate\//.test(arn);

/** Whether listeners can use a certificate: it exists, and if it is ACM's it was issued. */
export async function lookUpCertificate(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
  arn: string,
): Promise<"usable" | "missing" | "not issued"> {
  const caller = asService(scope, principal);
  try {
    if (isOfIam(arn)) {
      const ServerCertificateName = arn.slice(arn.lastIndexOf("/") + 1);
      const { ServerCertificate } = await clients
        .iam(caller)
        .GetServerCertificate({ ServerCertificateName });
      return ServerCertificate?.ServerCertificateMetadata?.Arn === arn ? "usable" : "missing";
    }
    const { Certificate } = await clients.acm(caller).DescribeCertificate({ CertificateArn: arn });
    const status = Certificate?.Status;
    return status === "ISSUED" || status === "EXPIRED" ? "usable" : "not issued";
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === "NotImplemented") throw error;
    return "missing";
  }
}

/** Certificates by ARN, and when each was fetched: what a service's state keeps of them. */
export type KnownCertificates = Map<string, { config: CertificateConfig; fetchedMs: number }>;

/** A certificate with its key for the data plane, remembered for a while. Throws when there is none any more. */
export async function certificateOf(
  env: Pick<Environment, "clients" | "clock" | "random" | "store">,
  known: KnownCertificates,
  scope: Scope,
  arn: string,
): Promise<CertificateConfig> {
  const nowMs = env.clock.now();
  const present = known.get(arn);
  if (present && nowMs - present.fetchedMs < refreshMs) return present.config;
  const config = isOfIam(arn) ? await ofIam(env, scope, arn) : await ofAcm(env, scope, arn);
  if (!config) {
    if (!present) throw new Error(`the server certificate '${arn}' is gone`);
    // "If Elastic Load Balancing doesn't detect the deletion of bound certificates, it may continue to use the
    // certificates." https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServerCertificate.html
    return present.config;
  }
  known.set(arn, { config, fetchedMs: nowMs });
  return config;
}

async function ofIam(
  { store }: Pick<Environment, "store">,
  scope: Scope,
  arn: string,
): Promise<CertificateConfig | undefined> {
  const found = await store.transaction((tx) => serverCertificate(tx, scope, arn));
  return found && { arn, certificate: found.body, chain: found.chain ?? "", key: found.key };
}

/** The key comes encrypted, as ExportCertificate gives it to anybody. */
async function ofAcm(
  { clients, random }: Pick<Environment, "clients" | "random">,
  scope: Scope,
  arn: string,
): Promise<CertificateConfig> {
  const passphrase = random.hex(32);
  const { Certificate, CertificateChain, PrivateKey } = await clients
    .acm(asService(scope, principal))
    .ExportCertificate({ CertificateArn: arn, Passphrase: Buffer.from(passphrase) });
  const key = createPrivateKey({ key: PrivateKey!, passphrase });
  return {
    arn,
    certificate: Certificate!,
    chain: CertificateChain ?? "",
    key: key.export({ type: "pkcs8", format: "pem" }),
  };
}
