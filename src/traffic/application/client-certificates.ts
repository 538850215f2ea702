/**
 * Whether a trust store vouches for a client. OpenSSL goes on after an error and Node tells the last one alone, which
 * may hide a worse one: what it does not find good is looked at here.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html
 */
import { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { MutualConfig } from "./config.ts";
import type { Revocations } from "./revocations.ts";

type VerifyConfig = Extract<MutualConfig, { mode: "verify" }>;

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
/** Beyond the client's own. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const mostIssuers = 4;
const clientUse = "1.3.6.1.5.5.7.3.2";

export class ClientCertificates {
  readonly #authorities: X509Certificate[];
  readonly #ignoresExpiry: boolean;
  readonly #revocations: Revocations;

  constructor({ authorities, ignoreExpiry }: VerifyConfig, revocations: Revocations) {
    this.#authorities = (authorities.match(certificateBlock) ?? []).map(
      (pem) => new X509Certificate(pem),
    );
    this.#ignoresExpiry = ignoreExpiry;
    this.#revocations = revocations;
  }

  /** After the handshake: AWS's code of what is wrong with the client; undefined for one that may come in. */
  refusalOf(socket: TLSSocket, nowMs: number): string | undefined {
    const own = socket.getPeerX509Certificate();
    // AWS has no code for a client that shows no certificate.
    if (!own) return "UnmappedConnectionError";
    const chain = this.#chainOf(own);
    if (socket.authorized) return this.#revocations.judge(chain ?? sentWith(own), nowMs);
    const found = codes[String(socket.authorizationError)] ?? "UnmappedConnectionError";
    if (found !== "ClientCertExpired" && found !== "ClientCertNotYetValid") return found;
    if (!chain) return "ClientCertUntrusted";
    if (found === "ClientCertNotYetValid" || !this.#ignoresExpiry) return found;
    if (chain.some(({ validFromDate }) => validFromDate.getTime() > nowMs))
      return "ClientCertNotYetValid";
    if (own.keyUsage && !own.keyUsage.includes(clientUse)) return "ClientCertPurposeInvalid";
    return this.#revocations.judge(chain, nowMs);
  }

  /** From the client's own to one that signed itself and is trusted; undefined where none leads there. */
  #chainOf(own: X509Certificate): X509Certificate[] | undefined {
    const chain = [own];
    const sent = sentWith(own);
    for (let issuers = 0; issuers < mostIssuers; issuers++) {
      const last = chain.at(-1)!;
      const issued = (one: X509Certificate) =>
        one.ca && last.checkIssued(one) && last.verify(one.publicKey);
      const trusted = this.#authorities.find(issued);
      if (trusted && isRoot(trusted)) return [...chain, trusted];
      const next = trusted ?? sent.find(issued);
      if (!next || isRoot(next)) return undefined;
      chain.push(next);
    }
    return undefined;
  }
}

/** The client's certificate, and those that it sent along. */
export function sentWith(own: X509Certificate): X509Certificate[] {
  const sent = [own];
  for (let one = own.issuerCertificate; one && !sent.includes(one); one = one.issuerCertificate)
    sent.push(one);
  return sent;
}

function isRoot(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}

/** AWS's codes for what OpenSSL says of a client's certificate. */
const codes: Record<string, string> = {
  CERT_CHAIN_TOO_LONG: "ClientCertMaxChainDepthExceeded",
  CERT_UNTRUSTED: "ClientCertUntrusted",
  DEPTH_ZERO_SELF_SIGNED_CERT: "ClientCertUntrusted",
  SELF_SIGNED_CERT_IN_CHAIN: "ClientCertUntrusted",
  UNABLE_TO_GET_ISSUER_CERT: "ClientCertUntrusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "ClientCertUntrusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "ClientCertUntrusted",
  CERT_NOT_YET_VALID: "ClientCertNotYetValid",
  CERT_HAS_EXPIRED: "ClientCertExpired",
  INVALID_PURPOSE: "ClientCertPurposeInvalid",
  CERT_SIGNATURE_FAILURE: "ClientCertInvalid",
  CERT_REJECTED: "ClientCertRejected",
};
