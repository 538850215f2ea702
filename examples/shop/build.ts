/** Bundles the shop with its SDK clients into one file that any Node from 20 on runs. */
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

/** Resolves with the bundle's bytes. */
export async function buildShop(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("app/main.ts", import.meta.url))],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    minify: true,
    write: false,
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return outputFiles[0]!.contents;
}
