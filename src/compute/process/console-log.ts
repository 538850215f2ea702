/**
 * A machine's console: a file to which its processes append. It is cut when it has grown, so it is a
 * ring on disk; the part before the last cut is kept beside it.
 */
import {
  closeSync,
  fstatSync,
  openSync,
  readSync,
  truncateSync,
  statSync,
  writeFileSync,
} from "node:fs";

/** What DescribeConsole answers at most (EC2 keeps the last 64 KiB, GetConsoleOutput). */
const consoleBytes = 64 * 1024;
const longestFileBytes = 1024 * 1024;

/** The last 64 KiB, oldest first; empty for a machine that printed nothing. */
export function readConsole(path: string): string {
  const now = readTail(path, consoleBytes);
  if (now.length >= consoleBytes) return now.toString("utf8");
  const before = readTail(`${path}.1`, consoleBytes - now.length);
  return Buffer.concat([before, now]).toString("utf8");
}

/** Cuts the file when it has grown too long. Writers append, so they go on at the new end. */
export function cutConsole(path: string): void {
  let size: number;
  try {
    ({ size } = statSync(path));
  } catch {
    return;
  }
  if (size <= longestFileBytes) return;
  writeFileSync(`${path}.1`, readTail(path, consoleBytes));
  truncateSync(path, 0);
}

function readTail(path: string, limitBytes: number): Buffer {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, limitBytes));
    const count = readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.subarray(0, count);
  } finally {
    closeSync(file);
  }
}
