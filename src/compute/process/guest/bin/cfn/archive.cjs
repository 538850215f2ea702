/** Unpacks archives: tar by the machine's own program, zip by itself. */
"use strict";

const fs = require("node:fs");
const { dirname, join, normalize } = require("node:path");
const { spawnSync } = require("node:child_process");
const { inflateRawSync } = require("node:zlib");

function unpack(bytes, folder) {
  fs.mkdirSync(folder, { recursive: true });
  if (bytes.readUInt32LE(0) === 0x04034b50) return unzip(bytes, folder);
  const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b ? ["-z"] : [];
  const bzip = bytes.toString("latin1", 0, 3) === "BZh" ? ["-j"] : [];
  const { status, stderr, error } = spawnSync(
    "tar",
    ["-x", ...gzip, ...bzip, "-C", folder, "-f", "-"],
    { input: bytes },
  );
  if (error) throw error;
  if (status !== 0) throw new Error(`the archive cannot be unpacked: ${String(stderr).trim()}`);
}

/** By the directory at its end. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
function unzip(bytes, folder) {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0) throw new Error("the zip archive has no directory");
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const method = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 20);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      bytes.readUInt16LE(at + offset),
    );
    const mode = bytes.readUInt32LE(at + 38) >>> 16;
    const local = bytes.readUInt32LE(at + 42);
    const name = normalize(bytes.toString("utf8", at + 46, at + 46 + nameLength));
    at += 46 + nameLength + extraLength + commentLength;
    if (name.startsWith("..") || name.startsWith("/"))
      throw new Error(`the zip archive leads outside: ${name}`);
    const path = join(folder, name);
    if (name.endsWith("/")) {
      fs.mkdirSync(path, { recursive: true });
      continue;
    }
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + size);
    if (method !== 0 && method !== 8)
      throw new Error(`${name} is packed by method ${method}, which is not understood`);
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.writeFileSync(path, method === 8 ? inflateRawSync(packed) : packed);
    if (mode & 0o777) fs.chmodSync(path, mode & 0o777);
  }
}

module.exports = { unpack };
