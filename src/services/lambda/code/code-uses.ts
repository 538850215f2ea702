/** Who names a package: versions, by their own code and by their layers, and layers that are not deleted. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { readLayerArn } from "../layers/layer-arn.ts";
import { layerPermissions, layerVersions, type LayerVersionRecord } from "../layers/records.ts";
import { codeUses, everywhere, versions, type VersionRecord } from "../records.ts";

/** Keeps a version, with what it names. */
export async function putVersion(
  tx: Transaction,
  scope: Scope,
  record: VersionRecord,
): Promise<void> {
  const { functionName, version } = record;
  const present = await versions.get(tx, scope, functionName, version);
  const before = new Set(present && (await packagesOf(tx, present)));
  const after = new Set(await packagesOf(tx, record));
  const id = (sha256: string) => useOf(sha256, scope, "function", functionName, version);
  for (const sha256 of before.difference(after)) codeUses.delete(tx, everywhere, ...id(sha256));
  for (const sha256 of after.difference(before)) codeUses.put(tx, everywhere, id(sha256), true);
  versions.put(tx, scope, [functionName, version], record);
}

export async function deleteVersion(
  tx: Transaction,
  scope: Scope,
  record: VersionRecord,
): Promise<void> {
  const { functionName, version } = record;
  for (const sha256 of await packagesOf(tx, record))
    codeUses.delete(tx, everywhere, ...useOf(sha256, scope, "function", functionName, version));
  versions.delete(tx, scope, functionName, version);
}

/** Keeps a layer's version; one that is deleted names its package no more, and its number stays taken. */
export function putLayerVersion(tx: Transaction, scope: Scope, record: LayerVersionRecord): void {
  const { name, version, code, isDeleted } = record;
  const use = useOf(code.sha256, scope, "layer", name, String(version));
  if (isDeleted) layerPermissions.delete(tx, scope, name, version);
  if (isDeleted) codeUses.delete(tx, everywhere, ...use);
  else codeUses.put(tx, everywhere, use, true);
  layerVersions.put(tx, scope, [name, version], record);
}

/** The packages of a version's layers, in their order. A layer that was deleted is still there for those that use it. */
export async function layerPackages(
  tx: Transaction,
  { settings }: VersionRecord,
): Promise<string[]> {
  const found = await Promise.all(
    settings.layers.map(async ({ arn }) => {
      const { scope, name, version } = readLayerArn(arn);
      return layerVersions.get(tx, scope, name, version);
    }),
  );
  return found.flatMap((layer) => (layer ? [layer.code.sha256] : []));
}

async function packagesOf(tx: Transaction, record: VersionRecord): Promise<string[]> {
  return [record.code.sha256, ...(await layerPackages(tx, record))];
}

function useOf(
  sha256: string,
  { account, region }: Scope,
  kind: "function" | "layer",
  name: string,
  version: string,
): [string, string, string, string, string, string] {
  return [sha256, account, region, kind, name, version];
}
