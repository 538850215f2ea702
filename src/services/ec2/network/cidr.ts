/** IPv4 addresses as numbers, and blocks of them. */

/** "10.0.0.0/16": the number of its first address, and how many bits are fixed. */
export interface Cidr {
  base: number;
  length: number;
}

export function addressToNumber(address: string): number | undefined {
  const parts = address.split(".");
  if (parts.length !== 4) return undefined;
  let number = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    number = number * 256 + Number(part);
  }
  return number;
}

export function numberToAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}

/** Undefined for a text that is no IPv4 block. Bits behind the prefix are cleared. */
export function parseCidr(text: string): Cidr | undefined {
  const [address, bits, ...rest] = text.split("/");
  if (rest.length > 0 || bits === undefined || !/^\d{1,2}$/.test(bits)) return undefined;
  const number = addressToNumber(address!);
  const length = Number(bits);
  if (number === undefined || length > 32) return undefined;
  const size = 2 ** (32 - length);
  return { base: Math.floor(number / size) * size, length };
}

export function formatCidr({ base, length }: Cidr): string {
  return `${numberToAddress(base)}/${length}`;
}

export function sizeOf({ length }: Cidr): number {
  return 2 ** (32 - length);
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.length >= outer.length && holds(outer, inner.base);
}

export function holds(cidr: Cidr, address: number): boolean {
  return address >= cidr.base && address < cidr.base + sizeOf(cidr);
}

export function overlap(a: Cidr, b: Cidr): boolean {
  return contains(a, b) || contains(b, a);
}

/** "2001:db8::/32" and its like, roughly: what AWS accepts as an IPv6 block. */
export function isIpv6Cidr(text: string): boolean {
  const [address, bits, ...rest] = text.split("/");
  if (rest.length > 0 || bits === undefined || !/^\d{1,3}$/.test(bits) || Number(bits) > 128)
    return false;
  return /^[0-9a-fA-F:.]+$/.test(address!) && address!.includes(":");
}
