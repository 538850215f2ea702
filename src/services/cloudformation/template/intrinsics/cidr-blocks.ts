/** Cuts an address block into equal blocks, for Fn::Cidr. */
import { TemplateError } from "../values.ts";

/**
 * The first `count` blocks with `bits` host bits each.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-cidr.html
 */
export function cidrBlocks(block: string, count: number, bits: number | undefined): string[] {
  const [address = "", prefixText = ""] = block.split("/");
  const six = address.includes(":");
  const width = six ? 128 : 32;
  const base = six ? parseSix(address) : parseFour(address);
  const prefix = Number(prefixText);
  if (base === undefined || prefixText === "" || !(prefix >= 0 && prefix <= width))
    throw new TemplateError(`Template error: Fn::Cidr: ${block} is not a valid CIDR block`);
  if (!Number.isInteger(count) || count < 1 || count > 256)
    throw new TemplateError("Template error: Fn::Cidr count must be between 1 and 256");
  const hostBits = bits ?? Math.max(0, width - prefix - Math.ceil(Math.log2(count)));
  if (!Number.isInteger(hostBits) || hostBits < 0 || hostBits > width - prefix)
    throw new TemplateError(
      `Template error: Fn::Cidr cannot cut ${block} into blocks of ${hostBits} bits`,
    );
  const room = 1n << BigInt(width - prefix - hostBits);
  if (BigInt(count) > room)
    throw new TemplateError(
      `Template error: Fn::Cidr cannot cut ${count} blocks of ${hostBits} bits out of ${block}`,
    );
  const start = (base >> BigInt(width - prefix)) << BigInt(width - prefix);
  return Array.from({ length: count }, (_unused, index) => {
    const value = start + (BigInt(index) << BigInt(hostBits));
    return `${six ? formatSix(value) : formatFour(value)}/${width - hostBits}`;
  });
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function formatFour(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
}

function parseSix(text: string): bigint | undefined {
  const [head = "", tail] = text.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => "0"), ...after];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function formatSix(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_unused, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const zeros = /(?:^|:)0(?::0)+(?::|$)/.exec(groups.join(":"))?.[0];
  return zeros === undefined ? groups.join(":") : groups.join(":").replace(zeros, "::");
}
