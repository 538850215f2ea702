/** Finding what a caller names: a function, a version by number or alias. */
import type { Transaction } from "#store/store.ts";
import { functionArn, type FunctionReference } from "../arns.ts";
import { functionNotFound } from "../errors.ts";
import {
  aliases,
  functions,
  latest,
  versions,
  type AliasRecord,
  type FunctionRecord,
  type VersionRecord,
} from "../records.ts";

/** Throws ResourceNotFoundException. */
export async function findFunction(
  tx: Transaction,
  { scope, name, qualifier }: FunctionReference,
): Promise<FunctionRecord> {
  const found = await functions.get(tx, scope, name);
  if (!found) throw functionNotFound(functionArn(scope, name, qualifier));
  return found;
}

export interface FoundVersion {
  record: VersionRecord;
  /** When an alias was named. */
  alias: AliasRecord | undefined;
}

/** The version that is named, an alias's main one. Throws ResourceNotFoundException. */
export async function findVersion(
  tx: Transaction,
  reference: FunctionReference,
): Promise<FoundVersion> {
  const { scope, name, qualifier = latest } = reference;
  const missing = () => functionNotFound(functionArn(scope, name, reference.qualifier));
  const isVersion = qualifier === latest || /^\d+$/.test(qualifier);
  const alias = isVersion ? undefined : await aliases.get(tx, scope, name, qualifier);
  if (!isVersion && !alias) throw missing();
  const record = await versions.get(tx, scope, name, alias?.version ?? qualifier);
  if (!record) throw missing();
  return { record, alias };
}
