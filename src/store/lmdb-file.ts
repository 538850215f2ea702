/**
 * Looks at an LMDB file before LMDB does: given a file that is not its own, or one that was cut off,
 * the native library ends the process instead of throwing.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { StoreFailedError } from "./errors.ts";

export const pageBytes = 8192;

const magic = 0xbeefc0de;
/** Offsets within each of the two pages that describe the file. */
const magicOffset = 24;
const lastPageOffset = 144;

/** Throws StoreFailedError when there is a file and it is not a whole LMDB file. */
export function checkLmdbFile(path: string): void {
  const problem = problemOf(path);
  if (problem !== undefined)
    throw new StoreFailedError(
      `${path} cannot be opened: ${problem}. Restore the directory from a backup, or start with another one`,
    );
}

function problemOf(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    if (size === 0) return undefined;
    const pages = Buffer.alloc(2 * pageBytes);
    if (readSync(file, pages, 0, pages.length, 0) < pages.length) return "it is cut off";
    const described = [0, pageBytes];
    if (described.some((page) => pages.readUInt32LE(page + magicOffset) !== magic))
      return "it is no LMDB file";
    // Only the newer description counts, but after a loss of power LMDB goes back to the older one.
    const needed = described.map(
      (page) => (pages.readUIntLE(page + lastPageOffset, 6) + 1) * pageBytes,
    );
    return size < Math.min(...needed) ? `it is cut off at byte ${size}` : undefined;
  } finally {
    closeSync(file);
  }
}
