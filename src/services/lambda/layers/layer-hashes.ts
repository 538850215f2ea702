import type { Scope } from "#store/collection.ts";
import type { Store } from "#store/store.ts";
import type { VersionRecord } from "../records.ts";
import { readLayerArn } from "./layer-arn.ts";
import { layerVersions } from "./records.ts";

/** The packages of a version's layers, in their order. A layer that was deleted is still there for those that use it. */
export async function layerHashes(
  store: Store,
  _scope: Scope,
  { settings }: VersionRecord,
): Promise<string[]> {
  const found = await store.transaction((tx) =>
    Promise.all(
      settings.layers.map(async ({ arn }) => {
        const { scope, name, version } = readLayerArn(arn);
        return layerVersions.get(tx, scope, name, version);
      }),
    ),
  );
  return found.flatMap((layer) => (layer ? [layer.code.sha256] : []));
}
