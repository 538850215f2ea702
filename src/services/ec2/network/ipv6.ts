/** IPv6 addresses as numbers, and blocks of them. */
import { isIPv6 } from "node:net";
import type { Random } from "#runtime/random.ts";

export interface Ipv6Cidr {
  base: bigint;
  length: number;
}

/**
 * What RFC 3849 sets aside for examples: an address of it never means somebody else's machine.
 * VPCs get a /56 of it, as from Amazon's own pool.
 */
const pool = 0x2001_0db8n << 96n;
const poolBits = 32;

export function ipv6ToNumber(address: string): bigint {
  const [head, tail] = address.split("::") as [string, string | undefined];
  const words = (text: string) => (text === "" ? [] : text.split(":"));
  const front = words(head);
  const back = tail === undefined ? [] : words(tail);
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => "0");
  const all = tail === undefined ? front : [...front, ...zeros, ...back];
  return all.reduce((number, word) => (number << 16n) | BigInt(`0x${word}`), 0n);
}

/** The shortest form, as RFC 5952 has it. */
export function numberToIpv6(number: bigint): string {
  const words = Array.from({ length: 8 }, (_none, index) =>
    ((number >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  );
  return new URL(`http://[${words.join(":")}]/`).hostname.slice(1, -1);
}

/** Undefined for a text that is no IPv6 block. Bits behind the prefix are cleared. */
export function parseIpv6Cidr(text: string): Ipv6Cidr | undefined {
  const [address, bits, ...rest] = text.split("/");
  if (rest.length > 0 || bits === undefined || !/^\d{1,3}$/.test(bits)) return undefined;
  const length = Number(bits);
  if (!isIPv6(address!) || address!.includes(".") || length > 128) return undefined;
  const hidden = BigInt(128 - length);
  return { base: (ipv6ToNumber(address!) >> hidden) << hidden, length };
}

export function formatIpv6Cidr({ base, length }: Ipv6Cidr): string {
  return `${numberToIpv6(base)}/${length}`;
}

export function containsIpv6(outer: Ipv6Cidr, inner: Ipv6Cidr): boolean {
  const hidden = BigInt(128 - outer.length);
  return inner.length >= outer.length && inner.base >> hidden === outer.base >> hidden;
}

export function overlapIpv6(a: Ipv6Cidr, b: Ipv6Cidr): boolean {
  return containsIpv6(a, b) || containsIpv6(b, a);
}

/** A block of the given length that nobody has; `taken` are those that exist. */
export function drawIpv6Cidr(random: Random, length: number, taken: readonly string[]): string {
  for (;;) {
    const bits = BigInt(`0x${random.hex(8)}`) >> BigInt(32 - (length - poolBits));
    const drawn = { base: pool | (bits << BigInt(128 - length)), length };
    if (!taken.some((other) => overlapIpv6(parseIpv6Cidr(other)!, drawn)))
      return formatIpv6Cidr(drawn);
  }
}

/** An address of the block beyond the first four, which are AWS's. */
export function drawIpv6Address(random: Random, cidr: string, taken: ReadonlySet<string>): string {
  const { base } = parseIpv6Cidr(cidr)!;
  for (;;) {
    const address = numberToIpv6(base + 4n + (BigInt(`0x${random.hex(16)}`) >> 1n));
    if (!taken.has(address)) return address;
  }
}
