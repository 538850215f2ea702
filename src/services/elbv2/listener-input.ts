/** Port, protocol and TLS of a listener as requests give them. */
import type { MutualAuthenticationAttributes } from "@aws-sdk/client-elastic-load-balancing-v2";
import { lookUpCertificate } from "#services/kit/load-balancing/certificates.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  certificateNotFound,
  policyNotSupported,
  sslPolicyNotFound,
  tooManyListeners,
  unsupportedCertificate,
  validationError,
} from "./errors.ts";
import { limits } from "./limits.ts";
import type { ListenerRecord, ListenerTlsRecord, MutualRecord } from "./records.ts";
import { sslPolicies } from "./ssl-policies.ts";
import { findTrustStore } from "./trust-stores.ts";

export interface ListenerInput {
  Port?: number | undefined;
  Protocol?: string | undefined;
  Certificates?: readonly { CertificateArn?: string | undefined }[] | undefined;
  SslPolicy?: string | undefined;
  AlpnPolicy?: readonly string[] | undefined;
  MutualAuthentication?: MutualAuthenticationAttributes | undefined;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html */
const defaultPolicy = "ELBSecurityPolicy-2016-08";

export function readPort(input: ListenerInput): number {
  if (input.Port === undefined) throw validationError("A listener port must be specified");
  if (input.Protocol === undefined) throw validationError("A listener protocol must be specified");
  return input.Port;
}

/** Protocol and TLS after the request; `present` is what the listener had. */
export async function readProtocol(
  tx: Transaction,
  scope: Scope,
  input: ListenerInput,
  present?: Pick<ListenerRecord, "protocol" | "tls">,
): Promise<Pick<ListenerRecord, "protocol" | "tls">> {
  const protocol = input.Protocol ?? present?.protocol ?? "HTTP";
  if (protocol !== "HTTP" && protocol !== "HTTPS")
    throw validationError(`Listener protocol '${protocol}' must be one of 'HTTP, HTTPS'`);
  if (input.AlpnPolicy?.length)
    throw validationError("An ALPN policy can be specified for TLS listeners only");
  if (protocol === "HTTP") {
    if (input.Certificates?.length)
      throw validationError("A certificate cannot be specified for HTTP listeners");
    if (input.SslPolicy !== undefined) throw policyNotSupported(protocol);
    if (input.MutualAuthentication !== undefined)
      throw validationError("Mutual authentication can be specified for HTTPS listeners only");
    return { protocol };
  }
  const before = present?.protocol === "HTTPS" ? present.tls : undefined;
  const certificate = readCertificate(input);
  if (certificate === undefined && !before)
    throw validationError("A certificate must be specified for HTTPS listeners");
  const sslPolicy = input.SslPolicy ?? before?.sslPolicy ?? defaultPolicy;
  if (!sslPolicies.some(({ Name }) => Name === sslPolicy)) throw sslPolicyNotFound([sslPolicy]);
  const mutual = input.MutualAuthentication
    ? await readMutual(tx, scope, input.MutualAuthentication)
    : before?.mutual;
  const list = before?.certificates.slice(1) ?? [];
  const tls: ListenerTlsRecord = {
    sslPolicy,
    certificates: [certificate ?? before!.certificates[0]!, ...list],
    ...(mutual && { mutual }),
  };
  return { protocol, tls };
}

export function readCertificate({ Certificates }: ListenerInput): string | undefined {
  if (!Certificates?.length) return undefined;
  if (Certificates.length > 1)
    throw validationError("Only one certificate can be specified as the default certificate");
  const [{ CertificateArn } = {}] = Certificates;
  if (!CertificateArn) throw validationError("A certificate ARN must be specified");
  return CertificateArn;
}

async function readMutual(
  tx: Transaction,
  scope: Scope,
  given: MutualAuthenticationAttributes,
): Promise<MutualRecord | undefined> {
  const { Mode, TrustStoreArn, IgnoreClientCertificateExpiry, AdvertiseTrustStoreCaNames } = given;
  if (Mode !== "off" && Mode !== "passthrough" && Mode !== "verify")
    throw validationError(
      `Mutual authentication mode '${Mode ?? ""}' must be one of 'off, passthrough, verify'`,
    );
  if (Mode !== "verify") {
    // Terraform sends an empty trust store with "passthrough", and that expiry is not ignored.
    if (TrustStoreArn || IgnoreClientCertificateExpiry)
      throw validationError(
        `You cannot specify a trust store or client certificate expiry with mode '${Mode}'`,
      );
    return Mode === "off" ? undefined : { mode: Mode };
  }
  if (!TrustStoreArn)
    throw validationError("A trust store ARN must be specified with mode 'verify'");
  await findTrustStore(tx, scope, TrustStoreArn);
  return {
    mode: "verify",
    trustStoreArn: TrustStoreArn,
    ignoreExpiry: IgnoreClientCertificateExpiry ?? false,
    advertiseNames: AdvertiseTrustStoreCaNames ?? "off",
  };
}

/** Throws when too many of a load balancer's listeners would verify their clients; `others` are those beside this one. */
export function checkVerifyingListeners(
  { tls, loadBalancerArn }: Pick<ListenerRecord, "tls" | "loadBalancerArn">,
  others: readonly ListenerRecord[],
): void {
  if (tls?.mutual?.mode !== "verify") return;
  const verifying = others.filter((other) => other.tls?.mutual?.mode === "verify");
  if (verifying.length >= limits.verifyingListenersPerLoadBalancer)
    throw tooManyListeners(loadBalancerArn);
}

/** Throws AWS's errors for certificates that a listener cannot use. */
export async function checkCertificates(
  env: Pick<Environment, "clients">,
  scope: Scope,
  arns: readonly string[],
): Promise<void> {
  for (const arn of arns) {
    const found = await lookUpCertificate(env, scope, arn);
    if (found === "missing") throw certificateNotFound(arn);
    if (found === "not issued") throw unsupportedCertificate(arn);
  }
}
