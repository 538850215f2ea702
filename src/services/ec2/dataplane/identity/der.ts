/** The little of ASN.1's distinguished encoding that certificates and signed messages need. https://www.itu.int/rec/T-REC-X.690 */

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(tag, ...lengthOf(content.length)), content]);
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  return [0x80 | bytes.length, ...bytes];
}

export const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]) => der(0x31, ...parts);
export const octets = (bytes: Uint8Array) => der(0x04, bytes);
export const bits = (bytes: Uint8Array) => der(0x03, Uint8Array.of(0), bytes);
export const nothing = () => der(0x05);
export const utf8 = (text: string) => der(0x0c, Buffer.from(text));
/** "[0]" around something else. */
export const tagged = (number: number, ...parts: readonly Uint8Array[]) =>
  der(0xa0 | number, ...parts);

/** A number that is not negative, in its big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  return der(0x02, bytes[0]! >= 0x80 ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes);
}

export function oid(text: string): Buffer {
  const [first, second, ...rest] = text.split(".").map(Number) as [number, number, ...number[]];
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const group = [number % 128];
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
      group.unshift(0x80 | (left % 128));
    bytes.push(...group);
  }
  return der(0x06, Uint8Array.from(bytes));
}

/** "20260105120000Z" */
export function generalizedTime(iso: string): Buffer {
  return der(0x18, Buffer.from(iso.replaceAll(/[-:T]/g, "").replace(/\.\d+/, "")));
}
