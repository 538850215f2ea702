/** Zip files for tests: stored entries, as `zip -0` makes them. */
import { crc32 } from "node:zlib";

/** Texts by path; `modes` are Unix modes of files that need one, such as 0o755. */
export async function zip(
  files: Record<string, string | Uint8Array>,
  modes: Record<string, number> = {},
): Promise<Uint8Array> {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path);
    const data = Buffer.from(content as Uint8Array);
    // Version, flags, method, time, date, checksum, sizes, lengths of name and extras.
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt32LE(0x5b5d0000 >>> 0, 6);
    facts.writeUInt32LE(crc32(data), 10);
    facts.writeUInt32LE(data.length, 14);
    facts.writeUInt32LE(data.length, 18);
    facts.writeUInt16LE(name.length, 22);
    local.push(Buffer.from("PK\x03\x04"), facts, name, data);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((modes[path] ?? 0o100644) << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.from("PK\x01\x02\x14\x03"), facts, rest, name);
    offset += 4 + facts.length + name.length + data.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, Buffer.from("PK\x05\x06"), end]);
}
