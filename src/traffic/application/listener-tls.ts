/** TLS of a listener: the certificate by name, the policy's versions and ciphers, clients' certificates. */
import { X509Certificate } from "node:crypto";
import {
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
  type TlsOptions,
} from "node:tls";
import type { CertificateConfig, MutualConfig, TlsConfig } from "./config.ts";

interface Named {
  arn: string | undefined;
  certificate: X509Certificate;
  context: SecureContext;
}

export interface ShownCertificate {
  domain: string | undefined;
  certificateArn: string | undefined;
}

export class ListenerTls {
  readonly http2: boolean;
  /** Asking clients for certificates is decided when the listener opens. */
  readonly asksClients: boolean;
  #config: TlsConfig;
  #named: Named[] = [];

  constructor(config: TlsConfig, http2: boolean) {
    this.http2 = http2;
    this.asksClients = config.mutual !== undefined;
    this.#config = config;
    this.configure(config);
  }

  /** What handshakes use from now on. */
  configure(config: TlsConfig): void {
    this.#config = config;
    this.#named = config.certificates.map((own) => ({
      arn: own.arn,
      certificate: new X509Certificate(own.certificate),
      context: createSecureContext(contextOptions(config, own)),
    }));
  }

  /** For clients that name no server. */
  get defaultContext(): SecureContextOptions {
    return contextOptions(this.#config, this.#config.certificates[0]!);
  }

  get options(): TlsOptions {
    return {
      ...this.defaultContext,
      ALPNProtocols: this.http2 ? ["h2", "http/1.1"] : ["http/1.1"],
      SNICallback: (name, done) => done(null, this.contextFor(name)),
      handshakeTimeout: 10_000,
      ...(this.asksClients && { requestCert: true, rejectUnauthorized: false }),
    };
  }

  /** The ARN of the one of its certificates that a connection shows. */
  arnOf(shown: X509Certificate | undefined): string | undefined {
    const same = ({ certificate }: Named) => certificate.fingerprint256 === shown?.fingerprint256;
    return this.#named.find(same)?.arn;
  }

  /**
   * The name that a client asked for, if a certificate has it, and which certificate it was shown. `host` is what its
   * request names: OpenSSL forgets the name of a session of TLS 1.2 that goes on.
   */
  shownOn(socket: TLSSocket, host: string): ShownCertificate {
    const { servername } = socket as TLSSocket & { servername?: string | false };
    const isReused = socket.isSessionReused();
    const asked = servername || (isReused ? host : undefined);
    const has = ({ certificate }: Named) => certificate.checkHost(asked!) !== undefined;
    const domain = asked && this.#named.some(has) ? asked : undefined;
    if (isReused) return { domain, certificateArn: "session-reused" };
    return { domain, certificateArn: this.arnOf(socket.getX509Certificate()) };
  }

  /** The most particular certificate that has the name; else the default one. */
  contextFor(name: string | undefined): SecureContext {
    let wildcard: SecureContext | undefined;
    for (const { certificate, context } of name === undefined ? [] : this.#named) {
      const found = certificate.checkHost(name!);
      if (found === undefined) continue;
      if (!found.startsWith("*")) return context;
      wildcard ??= context;
    }
    return wildcard ?? this.#named[0]!.context;
  }

  /** Whether a connection may go on after its handshake. */
  accepts(socket: TLSSocket): boolean {
    const { mutual } = this.#config;
    if (mutual?.mode !== "verify") return true;
    if (socket.authorized) return true;
    return mutual.ignoreExpiry && String(socket.authorizationError) === "CERT_HAS_EXPIRED";
  }

  /** Fields that tell targets of the client's certificate, names and values in turn. */
  clientFields(socket: TLSSocket): string[] {
    const { mutual } = this.#config;
    return mutual ? mutualFields(mutual, socket) : [];
  }
}

function contextOptions(
  { minVersion, maxVersion, ciphers, clientsOrder, mutual }: TlsConfig,
  { certificate, chain, key }: CertificateConfig,
): SecureContextOptions {
  // OpenSSL refuses TLS 1.0 and 1.1 above its lowest level of security.
  const level = minVersion === "TLSv1" || minVersion === "TLSv1.1" ? ":@SECLEVEL=0" : "";
  return {
    cert: `${certificate.trimEnd()}\n${chain}`,
    key,
    minVersion,
    maxVersion,
    ciphers: ciphers.join(":") + level,
    honorCipherOrder: !clientsOrder,
    ...(mutual?.mode === "verify" && {
      ca: mutual.authorities,
      ...(mutual.revocations.length > 0 && { crl: mutual.revocations }),
    }),
  };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html */
function mutualFields(mutual: MutualConfig, socket: TLSSocket): string[] {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return [];
  if (mutual.mode === "passthrough") {
    const chain: string[] = [];
    for (
      let one: X509Certificate | undefined = certificate;
      one;
      one = one.issuerCertificate === one ? undefined : one.issuerCertificate
    )
      chain.push(one.toString());
    return ["X-Amzn-Mtls-Clientcert", urlSafe(chain.join(""))];
  }
  const time = (date: Date) => date.toISOString().replace(/\.\d+Z$/, "Z");
  const { validFromDate, validToDate } = certificate;
  return [
    "X-Amzn-Mtls-Clientcert-Serial-Number",
    certificate.serialNumber,
    "X-Amzn-Mtls-Clientcert-Issuer",
    nameOf(certificate.issuer),
    "X-Amzn-Mtls-Clientcert-Subject",
    nameOf(certificate.subject),
    "X-Amzn-Mtls-Clientcert-Validity",
    `NotBefore=${time(validFromDate)};NotAfter=${time(validToDate)}`,
    "X-Amzn-Mtls-Clientcert-Leaf",
    urlSafe(certificate.toString()),
  ];
}

/** Percent-encoded, with +, = and / as they are. */
function urlSafe(pem: string): string {
  return encodeURIComponent(pem).replace(/%2B|%3D|%2F/g, (code) => decodeURIComponent(code));
}

/** RFC 2253: the last part first. */
function nameOf(lines: string | undefined): string {
  return (lines ?? "").split("\n").reverse().join(",");
}

/** The suite under IANA's name, as the header has it, and the version. */
export function tlsFields(socket: TLSSocket): string[] {
  const { standardName } = socket.getCipher() as { standardName?: string };
  return [
    "X-Amzn-Tls-Version",
    socket.getProtocol() ?? "",
    "X-Amzn-Tls-Cipher-Suite",
    standardName ?? socket.getCipher().name,
  ];
}
