import { createPrivateKey } from "node:crypto";
import type { Scope } from "#store/collection.ts";
import type { CertificateConfig } from "#traffic/application/config.ts";
import { asService } from "../principal.ts";
import type { Environment } from "../service.ts";

/** A certificate of ACM with its key, for the data plane. */
export async function acmCertificate(
  { clients, random }: Pick<Environment, "clients" | "random">,
  scope: Scope,
  arn: string,
): Promise<CertificateConfig> {
  // The key comes encrypted, as ExportCertificate gives it to anybody.
  const passphrase = random.hex(32);
  const { Certificate, CertificateChain, PrivateKey } = await clients
    .acm(asService(scope, "elasticloadbalancing.amazonaws.com"))
    .ExportCertificate({ CertificateArn: arn, Passphrase: Buffer.from(passphrase) });
  const key = createPrivateKey({ key: PrivateKey!, passphrase });
  return {
    arn,
    certificate: Certificate!,
    chain: CertificateChain ?? "",
    key: key.export({ type: "pkcs8", format: "pem" }),
  };
}
