/** Which certificates their authorities have taken back, by the lists of a trust store. */
import type { X509Certificate } from "node:crypto";
import type { Name } from "@peculiar/asn1-x509";

export class Revocations {
  /** By the name of the authority. */
  readonly #lists: Map<string, { serials: Set<bigint>; untilMs: number }[]>;
  /** The name of who issued a certificate; undefined where there are no lists. */
  readonly #issuerOf: ((certificate: X509Certificate) => string) | undefined;

  private constructor(
    lists: Map<string, { serials: Set<bigint>; untilMs: number }[]>,
    issuerOf: ((certificate: X509Certificate) => string) | undefined,
  ) {
    this.#lists = lists;
    this.#issuerOf = issuerOf;
  }

  /** From lists in PEM, any number in each text. */
  static async read(texts: readonly string[]): Promise<Revocations> {
    if (texts.length === 0) return new Revocations(new Map(), undefined);
    // Loaded here: what reads certificates takes megabytes, and few listeners have such lists.
    const [{ AsnConvert }, { Certificate, CertificateList }] = await Promise.all([
      import("@peculiar/asn1-schema"),
      import("@peculiar/asn1-x509"),
    ]);
    const nameOf = (name: Name) => Buffer.from(AsnConvert.serialize(name)).toString("base64");
    const lists = new Map<string, { serials: Set<bigint>; untilMs: number }[]>();
    for (const [, base64] of texts.join("\n").matchAll(listBlock)) {
      const { tbsCertList } = AsnConvert.parse(Buffer.from(base64!, "base64"), CertificateList);
      const { issuer, nextUpdate, revokedCertificates = [] } = tbsCertList;
      const list = {
        serials: new Set(
          revokedCertificates.map(({ userCertificate }) =>
            numberOf(Buffer.from(userCertificate).toString("hex")),
          ),
        ),
        untilMs: nextUpdate?.getTime().getTime() ?? Infinity,
      };
      lists.set(nameOf(issuer), [...(lists.get(nameOf(issuer)) ?? []), list]);
    }
    return new Revocations(lists, ({ raw }) =>
      nameOf(AsnConvert.parse(raw, Certificate).tbsCertificate.issuer),
    );
  }

  /** AWS's code of why one of a chain is not to be trusted. An authority without a list has taken nothing back. */
  judge(chain: readonly X509Certificate[], nowMs: number): string | undefined {
    if (!this.#issuerOf) return undefined;
    for (const certificate of chain)
      for (const { serials, untilMs } of this.#lists.get(this.#issuerOf(certificate)) ?? []) {
        if (serials.has(numberOf(certificate.serialNumber))) return "ClientCertCrlHit";
        if (untilMs < nowMs) return "ClientCertCrlProcessingError";
      }
    return undefined;
  }
}

const listBlock = /-----BEGIN X509 CRL-----([\s\S]*?)-----END X509 CRL-----/g;

function numberOf(hex: string): bigint {
  return BigInt(`0x${hex}`);
}
