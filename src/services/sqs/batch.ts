/** What the three batch operations have in common. */
import type { BatchResultErrorEntry } from "@aws-sdk/client-sqs";
import { AwsError } from "#model/error.ts";
import {
  batchIdsNotDistinct,
  emptyBatchRequest,
  invalidBatchEntryId,
  tooManyEntries,
} from "./errors.ts";
import { limits } from "./limits.ts";

/** Throws when the batch as a whole cannot be; `entryType` is AWS's name for an entry. */
export function checkBatch<T extends { Id?: string | undefined }>(
  entries: readonly T[] | undefined,
  entryType: string,
): readonly (T & { Id: string })[] {
  if (!entries || entries.length === 0) throw emptyBatchRequest(entryType);
  if (entries.length > limits.batchEntries) throw tooManyEntries(entries.length);
  const seen = new Set<string>();
  for (const { Id: id = "" } of entries) {
    if (!/^[A-Za-z0-9_-]+$/.test(id) || id.length > limits.batchIdCharacters)
      throw invalidBatchEntryId();
    if (seen.has(id)) throw batchIdsNotDistinct(id);
    seen.add(id);
  }
  return entries as readonly (T & { Id: string })[];
}

/** An entry's own failure; anything but an AWS error fails the whole request. */
export function failedEntry(id: string, error: unknown): BatchResultErrorEntry {
  if (!(error instanceof AwsError)) throw error;
  return { Id: id, Code: error.code, Message: error.message, SenderFault: true };
}
