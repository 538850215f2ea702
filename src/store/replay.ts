/** Reads journals that an earlier process left behind. */
import { readdirSync, readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { StoreFailedError } from "./errors.ts";
import { frameHeaderBytes, operationClear, operationPut } from "./journal.ts";
import type { EncodedKey } from "./keys.ts";

export interface Replayer {
  write(key: EncodedKey, stored: Buffer | undefined): void;
  clear(): void;
}

/** The numbers of the segments in a directory, oldest first. */
export function findSegments(directory: string): number[] {
  return readdirSync(directory)
    .flatMap((name) => /^journal-(\d{10})$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Gives every whole frame's operations in the order in which they were written. A frame that was cut
 * off by the process's end can only be the last of its segment; its writes were never acknowledged.
 */
export function replaySegment(path: string, replayer: Replayer): void {
  const bytes = readFileSync(path);
  let at = 0;
  while (at + frameHeaderBytes <= bytes.length) {
    const start = at + frameHeaderBytes;
    const end = start + bytes.readUInt32LE(at);
    if (end > bytes.length) return;
    const frame = bytes.subarray(start, end);
    if (crc32(frame) !== bytes.readUInt32LE(at + 4)) {
      // Behind a frame that a crash tore there may be rubbish of the file system, but no whole frame.
      if (end < bytes.length && hasFrameAt(bytes, end))
        throw new StoreFailedError(
          `${path} is damaged at byte ${at}: a frame's checksum is wrong, and frames follow it. Restore the directory from a backup`,
        );
      return;
    }
    replayFrame(frame, replayer);
    at = end;
  }
}

function hasFrameAt(bytes: Buffer, at: number): boolean {
  if (at + frameHeaderBytes > bytes.length) return false;
  const start = at + frameHeaderBytes;
  const end = start + bytes.readUInt32LE(at);
  return (
    end > start &&
    end <= bytes.length &&
    crc32(bytes.subarray(start, end)) === bytes.readUInt32LE(at + 4)
  );
}

function replayFrame(frame: Buffer, replayer: Replayer): void {
  let at = 0;
  while (at < frame.length) {
    const operation = frame[at++];
    if (operation === operationClear) {
      replayer.clear();
      continue;
    }
    const keyLength = frame.readUInt16LE(at);
    at += 2;
    let length = 0;
    if (operation === operationPut) {
      length = frame.readUInt32LE(at);
      at += 4;
    }
    const key = frame.toString("latin1", at, at + keyLength);
    at += keyLength;
    replayer.write(key, operation === operationPut ? frame.subarray(at, at + length) : undefined);
    at += length;
  }
}
