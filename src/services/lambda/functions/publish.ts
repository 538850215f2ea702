/** Versions are copies of the latest one that stay as they are. https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html */
import { isDeepStrictEqual } from "node:util";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Environment } from "#services/kit/service.ts";
import { putVersion } from "../code/code-uses.ts";
import { functions, versions, type FunctionRecord, type VersionRecord } from "../records.ts";

/** The new version, or the last one when nothing changed since. */
export async function publish(
  tx: Transaction,
  scope: Scope,
  own: FunctionRecord,
  record: VersionRecord,
  { random }: Pick<Environment, "random">,
  description?: string,
): Promise<VersionRecord> {
  const last = await versions.get(tx, scope, own.name, String(own.nextVersion - 1));
  const isSame =
    last?.code.sha256 === record.code.sha256 &&
    isDeepStrictEqual(
      { ...last.settings, description: "" },
      { ...record.settings, description: "" },
    );
  if (last && isSame) return last;
  const version = String(own.nextVersion);
  const published: VersionRecord = {
    ...record,
    version,
    revisionId: random.uuid(),
    settings: { ...record.settings, ...(description !== undefined && { description }) },
  };
  functions.put(tx, scope, [own.name], { ...own, nextVersion: own.nextVersion + 1 });
  await putVersion(tx, scope, published);
  return published;
}
