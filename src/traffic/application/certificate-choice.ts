/**
 * Which of a listener's certificates clients are shown. Node shows one certificate for a name and does not tell what
 * the client could check, so that all clients are taken to know ECDSA.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
 */
import type { X509Certificate } from "node:crypto";

export interface Ranked {
  certificate: X509Certificate;
  isEcdsa: boolean;
  untilMs: number;
  /** The better, the larger, from the first number on: hash, bits of the key, milliseconds of its validity. */
  ranks: readonly number[];
}

export function rankOf(certificate: X509Certificate): Ranked {
  const { publicKey, signatureAlgorithm = "", validFromDate, validToDate } = certificate;
  const details = publicKey.asymmetricKeyDetails ?? {};
  const hash = /sha-?(\d+)/i.exec(signatureAlgorithm)?.[1];
  const bits = details.modulusLength ?? /\d{3}/.exec(details.namedCurve ?? "")?.[0];
  return {
    certificate,
    isEcdsa: publicKey.asymmetricKeyType === "ec",
    untilMs: validToDate.getTime(),
    ranks: [
      hash === "1" ? 160 : Number(hash ?? 0),
      Number(bits ?? 0),
      validToDate.getTime() - validFromDate.getTime(),
    ],
  };
}

/** The first of equal ones; undefined of none. */
export function bestOf<Choice extends Ranked>(
  choices: readonly Choice[],
  nowMs: number,
): Choice | undefined {
  const [first, ...others] = choices;
  return first && others.reduce((best, one) => (isBetter(one, best, nowMs) ? one : best), first);
}

function isBetter(one: Ranked, than: Ranked, nowMs: number): boolean {
  if (one.isEcdsa !== than.isEcdsa) return one.isEcdsa;
  const isValid = one.untilMs > nowMs;
  if (isValid !== than.untilMs > nowMs) return isValid;
  const at = one.ranks.findIndex((rank, index) => rank !== than.ranks[index]);
  return at >= 0 && one.ranks[at]! > than.ranks[at]!;
}
