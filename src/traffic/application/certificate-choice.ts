/**
 * Which of a listener's certificates a client is shown.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
 */
import type { X509Certificate } from "node:crypto";

export interface Ranked {
  certificate: X509Certificate;
  kind: "ec" | "rsa";
  untilMs: number;
  /** The better, the larger, from the first number on; what has expired comes behind all else. */
  ranks: readonly number[];
}

export function rankOf(certificate: X509Certificate): Ranked {
  const { publicKey, signatureAlgorithm = "", validFromDate, validToDate } = certificate;
  const details = publicKey.asymmetricKeyDetails ?? {};
  const hash = /sha-?(\d+)/i.exec(signatureAlgorithm)?.[1];
  const bits = details.modulusLength ?? /\d{3}/.exec(details.namedCurve ?? "")?.[0];
  return {
    certificate,
    kind: publicKey.asymmetricKeyType === "ec" ? "ec" : "rsa",
    untilMs: validToDate.getTime(),
    ranks: [
      hash === "1" ? 160 : Number(hash ?? 0),
      Number(bits ?? 0),
      validToDate.getTime() - validFromDate.getTime(),
    ],
  };
}

/** The best with an ECDSA key, and the best with an RSA key for clients that know no other; the first of equal ones. */
export function bestOf<Choice extends Ranked>(
  choices: readonly Choice[],
  nowMs: number,
): Choice[] {
  return (["ec", "rsa"] as const).flatMap((kind) => {
    const [first, ...others] = choices.filter((choice) => choice.kind === kind);
    return first ? [others.reduce((best, one) => (isBetter(one, best, nowMs) ? one : best), first)] : [];
  });
}

function isBetter({ ranks, untilMs }: Ranked, than: Ranked, nowMs: number): boolean {
  const isValid = untilMs > nowMs;
  if (isValid !== than.untilMs > nowMs) return isValid;
  const at = ranks.findIndex((rank, index) => rank !== than.ranks[index]);
  return at >= 0 && ranks[at]! > than.ranks[at]!;
}
