/** Pieces of record data as packets carry them. */
import { isIPv4 } from "node:net";

export function shorts(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 2);
  for (const [index, number] of numbers.entries()) bytes.writeUInt16BE(number, index * 2);
  return bytes;
}

export function longs(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, index * 4);
  return bytes;
}

/** A character string: its length in one byte, then itself. */
export function counted(text: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([text.length]), text]);
}

/** The 4 or 16 bytes of a valid address; IPv6 may end in dotted decimals. */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  const colons = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a, b, c, d] = parts.slice(0, 4).map(Number) as [number, number, number, number];
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [left = "", right] = colons.split("::");
  const groups = (text: string | undefined) =>
    text ? text.split(":").map((group) => Number.parseInt(group, 16)) : [];
  const [first, last] = [groups(left), groups(right)];
  const missing = right === undefined ? 0 : 8 - first.length - last.length;
  return shorts(...first, ...Array<number>(missing).fill(0), ...last);
}
