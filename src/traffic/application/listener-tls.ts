/** TLS of a listener: the certificate by name, the policy's versions and ciphers, clients' certificates. */
import { constants, X509Certificate } from "node:crypto";
import {
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from "node:tls";
import type { ServerTlsOptions } from "#http/http.ts";
import { canBeQuiet, withAuthorities } from "#http/trusted-authorities.ts";
import type { Wall } from "#runtime/clock.ts";
import { bestOf, rankOf, type Ranked } from "./certificate-choice.ts";
import { ClientCertificates, sentWith } from "./client-certificates.ts";
import type { CertificateConfig, MutualConfig, TlsConfig } from "./config.ts";
import type { Revocations } from "./revocations.ts";

interface Named extends Ranked {
  arn: string | undefined;
  context: SecureContext;
}

export interface ShownCertificate {
  domain: string | undefined;
  certificateArn: string | undefined;
  cipher: string;
  protocol: string | undefined;
}

export class ListenerTls {
  readonly http2: boolean;
  /** Asking clients for certificates is decided when the listener opens. */
  readonly asksClients: boolean;
  readonly #wall: Wall;
  #config: TlsConfig;
  #named: Named[] = [];
  /** What its contexts were made from. */
  #made = "";
  #clients: ClientCertificates | undefined;
  #revocations: Revocations | undefined;

  constructor(config: TlsConfig, http2: boolean, wall: Wall, revocations?: Revocations) {
    this.#wall = wall;
    this.http2 = http2;
    this.asksClients = config.mutual !== undefined;
    this.#config = config;
    this.configure(config, revocations);
  }

  /**
   * What handshakes use from now on; `revocations` are those of a trust store. False where the contexts stay the same:
   * targets come and go more often than those change.
   */
  configure(config: TlsConfig, revocations?: Revocations): boolean {
    const { mutual } = config;
    this.#config = config;
    const made = JSON.stringify({ ...config, mutual: { ...mutual, revocations: [] } });
    if (this.#made !== made || this.#revocations !== revocations)
      this.#clients =
        mutual?.mode === "verify" && revocations
          ? new ClientCertificates(mutual, revocations)
          : undefined;
    this.#revocations = revocations;
    if (this.#made === made) return false;
    this.#named = withAuthorities(quietAuthorities(config), () =>
      config.certificates.map((own) => ({
        ...rankOf(new X509Certificate(own.certificate)),
        arn: own.arn,
        context: createSecureContext(contextOptions(config, own)),
      })),
    );
    this.#made = made;
    return true;
  }

  /** For clients that name no server. */
  get defaultContext(): ServerTlsOptions {
    const context = contextOptions(this.#config, this.#config.certificates[0]!);
    return { ...context, quietAuthorities: quietAuthorities(this.#config) };
  }

  get options(): ServerTlsOptions {
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
  shownOn(socket: TLSSocket, host: string): ShownCertificate | undefined {
    // One that has closed must not be asked: Node then reads what it has freed.
    if (socket.destroyed) return undefined;
    const { servername } = socket as TLSSocket & { servername?: string | false };
    const isReused = socket.isSessionReused();
    const asked = servername || (isReused ? host : undefined);
    const has = ({ certificate }: Named) => certificate.checkHost(asked!) !== undefined;
    const domain = asked && this.#named.some(has) ? asked : undefined;
    return {
      domain,
      certificateArn: isReused ? "session-reused" : this.arnOf(socket.getX509Certificate()),
      cipher: socket.getCipher().name,
      protocol: socket.getProtocol() ?? undefined,
    };
  }

  /** The best certificate that has the name, of those beside the default one; else that one. */
  contextFor(name: string | undefined): SecureContext {
    const [own, ...list] = this.#named;
    const having = name === undefined ? [] : list.filter((one) => one.certificate.checkHost(name));
    return (bestOf(having, this.#wall.now()) ?? own!).context;
  }

  /** AWS's code of why a connection may not go on after its handshake; undefined for one that may. */
  refusalOf(socket: TLSSocket): string | undefined {
    return this.#clients?.refusalOf(socket, this.#wall.now());
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
    ...(mutual?.mode === "verify" && namesAuthorities(mutual) && { ca: mutual.authorities }),
    // Sessions of clients that show certificates do not go on.
    ...(mutual && { secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}

/** "Advertise CA subject name": without it clients choose a certificate by themselves. */
function namesAuthorities(mutual: Extract<MutualConfig, { mode: "verify" }>): boolean {
  return mutual.namesAuthorities === true || !canBeQuiet;
}

function quietAuthorities({ mutual }: TlsConfig): string | undefined {
  return mutual?.mode === "verify" && !namesAuthorities(mutual) ? mutual.authorities : undefined;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html */
function mutualFields(mutual: MutualConfig, socket: TLSSocket): string[] {
  if (socket.destroyed) return [];
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return [];
  if (mutual.mode === "passthrough") {
    return ["X-Amzn-Mtls-Clientcert", urlSafe(sentWith(certificate).join(""))];
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
  if (socket.destroyed) return [];
  const { standardName } = socket.getCipher() as { standardName?: string };
  return [
    "X-Amzn-Tls-Version",
    socket.getProtocol() ?? "",
    "X-Amzn-Tls-Cipher-Suite",
    standardName ?? socket.getCipher().name,
  ];
}
