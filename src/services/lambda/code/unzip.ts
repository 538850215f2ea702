/** Deployment packages: what is in a zip file, and how it is laid out on disk. */
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { buffer } from "node:stream/consumers";
import { fromBufferPromise, type Entry, type ZipFile } from "yauzl";

/** The bytes are no zip file, or one that would leave its folder or grow too large. */
export class BadZip extends Error {
  override name = "BadZip";
}

/** The upper half of the attributes is the Unix mode, when Unix made the file. */
const unixShift = 16;
const typeMask = 0o170000;
const linkType = 0o120000;

/** Lays the package out in a folder that is there already. Throws BadZip. */
export async function unzip(bytes: Uint8Array, folder: string, mostBytes: number): Promise<void> {
  let sizeBytes = 0;
  for await (const { entry, read } of entriesOf(bytes)) {
    sizeBytes += entry.uncompressedSize;
    if (sizeBytes > mostBytes) throw new BadZip(`unpacked it has more than ${mostBytes} bytes`);
    const path = join(folder, safeName(entry.fileName));
    if (entry.fileName.endsWith("/")) {
      await mkdir(path, { recursive: true });
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    const mode = entry.externalFileAttributes >>> unixShift;
    const content = await read();
    if ((mode & typeMask) === linkType) {
      const target = content.toString();
      safeName(join(dirname(entry.fileName), target));
      await symlink(target, path);
    } else {
      await writeFile(path, content);
      // Files without a mode of their own can be read and run, as they can on AWS.
      await chmod(path, (mode & 0o777) | 0o444);
    }
  }
}

/** How many bytes the package has when it is unpacked. Throws BadZip, for no package too. */
export async function unpackedBytes(bytes: Uint8Array): Promise<number> {
  let sum = 0;
  for await (const { entry } of entriesOf(bytes)) {
    safeName(entry.fileName);
    sum += entry.uncompressedSize;
  }
  return sum;
}

async function* entriesOf(
  bytes: Uint8Array,
): AsyncGenerator<{ entry: Entry; read: () => Promise<Buffer> }> {
  const zip = await open(bytes);
  try {
    for await (const entry of zip.eachEntry()) {
      yield { entry, read: async () => buffer(await zip.openReadStreamPromise(entry)) };
    }
  } catch (cause) {
    if (cause instanceof BadZip) throw cause;
    throw new BadZip(String(cause), { cause });
  }
}

async function open(bytes: Uint8Array): Promise<ZipFile> {
  try {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return await fromBufferPromise(whole);
  } catch (cause) {
    throw new BadZip(String(cause), { cause });
  }
}

function safeName(name: string): string {
  const normal = normalize(name);
  if (normal.startsWith("/") || normal === ".." || normal.startsWith("../"))
    throw new BadZip(`"${name}" lies outside of its folder`);
  return normal;
}
