/** Code that stands in a template, as the deployment package that Lambda takes. */
import { crc32 } from "node:zlib";

/**
 * A zip file of one file, stored: what a template may hold is at most 4 MB of text.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
 */
export function zipOf(fileName: string, text: string): Uint8Array {
  const name = Buffer.from(fileName);
  const data = Buffer.from(text);
  /** Version, flags, method, date of 1980-01-01, checksum, sizes, length of the name. */
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt16LE(0x21, 8);
  facts.writeUInt32LE(crc32(data), 10);
  facts.writeUInt32LE(data.length, 14);
  facts.writeUInt32LE(data.length, 18);
  facts.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), facts, name, data]);
  /** A regular file, made on Unix, that everyone may read. */
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((0o100644 << 16) >>> 0, 6);
  const central = Buffer.concat([Buffer.from("PK\x01\x02\x14\x03"), facts, rest, name]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, Buffer.from("PK\x05\x06"), end]);
}
