/**
 * Access key ids and secrets as IAM and STS issue them. An id names its account, as AWS's do, so that
 * the account is known before any record is read.
 */
import type { Random } from "#runtime/random.ts";

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The first six of ten bytes hold a set bit, the account in 40 bits, and seven bits of chance. */
const markBit = 1n << 47n;
const accountShift = 7n;
const accountMask = (1n << 40n) - 1n;

/**
 * "AKIA…" for keys that last and "ASIA…" for temporary ones, 20 characters.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
 */
export function newAccessKeyId(prefix: "AKIA" | "ASIA", account: string, random: Random): string {
  const chance = BigInt(`0x${random.hex(10)}`) & ((1n << 39n) - 1n);
  const head = markBit | (BigInt(account) << accountShift) | (chance >> 32n);
  let bits = (head << 32n) | (chance & 0xffff_ffffn);
  let text = "";
  for (let index = 0; index < 16; index++) {
    text = base32[Number(bits & 31n)] + text;
    bits >>= 5n;
  }
  return prefix + text;
}

/**
 * The account that an access key id names; undefined for a text that no account issued, and for ids of AWS's
 * older form, which have no bit set before the account.
 */
export function accountOfAccessKey(accessKeyId: string): string | undefined {
  if (!/^A[KS]IA[A-Z2-7]{16}$/.test(accessKeyId)) return undefined;
  let bits = 0n;
  for (const letter of accessKeyId.slice(4)) bits = (bits << 5n) | BigInt(base32.indexOf(letter));
  if (bits >> 32n < markBit) return undefined;
  const account = (bits >> (32n + accountShift)) & accountMask;
  return account < 1_000_000_000_000n ? String(account).padStart(12, "0") : undefined;
}

/** 40 characters, 240 bits of chance. */
export function newSecretAccessKey(random: Random): string {
  return random.string(40, base64);
}

/** The unique ids of IAM's entities: a prefix such as "AROA" and 17 characters. */
export function newUniqueId(prefix: string, random: Random): string {
  return prefix + random.string(17, base32);
}
