/**
 * Images as layers: what one machine wrote, over what the image that it came from holds. A machine of
 * an image shows the layers through its own root volume, so that nothing is copied at its launch; and
 * a layer stays for as long as an image or a machine stands on it.
 */
import { mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSystemRandom } from "#runtime/random.ts";
import { fileName } from "../file-name.ts";
import type { Serial } from "../serially.ts";
import { runOverMerged } from "../volumes/merged-layers.ts";
import { removeTree, treeBytes } from "./disk.ts";

/** Overlay file systems take their layers' names in a page of memory. */
const mostLayers = 32;

export interface ImageLayers {
  /** The names of the image's layers, newest first; undefined when there is no such image. */
  of(imageId: string): Promise<string[] | undefined>;
  pathOf(layer: string): string;
  /** Copies a root volume's directory into a new layer over others, and calls them all an image. */
  add(
    imageId: string,
    fill: (directory: string) => Promise<void>,
    below: readonly string[],
  ): Promise<{ sizeBytes: number }>;
  /** No error when it is gone already. */
  remove(imageId: string): Promise<void>;
  /** Takes away layers that neither an image nor a machine needs; `inUse` are the machines'. */
  sweep(inUse: () => Iterable<string>): Promise<void>;
}

export function createImageLayers(dataDir: string, serially: Serial): ImageLayers {
  const layersDir = join(dataDir, "layers");
  const imagesDir = join(dataDir, "images");
  const manifestOf = (imageId: string) => join(imagesDir, fileName(imageId), "layers.json");
  const pathOf = (layer: string) => join(layersDir, layer);
  const random = createSystemRandom();
  /** Layers that are filled, and belong to no image yet. */
  const making = new Set<string>();

  const read = async (path: string): Promise<string[] | undefined> => {
    const text = await readFile(path, "utf8").catch(unlessMissing);
    return text === undefined ? undefined : (JSON.parse(text) as { layers: string[] }).layers;
  };
  const call = async (imageId: string, layers: readonly string[]) => {
    const path = manifestOf(imageId);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(`${path}.new`, JSON.stringify({ version: 1, layers }));
    await rename(`${path}.new`, path);
  };
  const sizeOf = async (layers: readonly string[]) => {
    let sizeBytes = 0;
    for (const layer of layers) sizeBytes += await treeBytes(pathOf(layer));
    return { sizeBytes };
  };

  const images: ImageLayers = {
    of: (imageId) => read(manifestOf(imageId)),
    pathOf,
    async add(imageId, fill, below) {
      const [layer, merged] = [random.hex(12), random.hex(12)];
      making.add(layer).add(merged);
      try {
        await mkdir(layersDir, { recursive: true });
        await fill(pathOf(layer));
        let layers = [layer, ...below];
        if (layers.length > mostLayers) {
          // What such a line of images took away from the host's software is there again.
          const copy = 'cp -a "$1" "$2"';
          await runOverMerged(layers.map(pathOf), `${pathOf(merged)}.mount`, copy, pathOf(merged));
          layers = [merged];
        }
        await call(imageId, layers);
        return await sizeOf(layers);
      } finally {
        making.delete(layer);
        making.delete(merged);
      }
    },
    remove: (imageId) => removeTree(join(imagesDir, fileName(imageId))),
    sweep: (inUse) =>
      serially("/layers", async () => {
        const present = await readdir(layersDir).catch(unlessMissing);
        if (!present?.length) return;
        const needed = new Set<string>([...making, ...inUse()]);
        for (const name of (await readdir(imagesDir).catch(unlessMissing)) ?? [])
          for (const layer of (await read(join(imagesDir, name, "layers.json"))) ?? [])
            needed.add(layer);
        for (const layer of present) if (!needed.has(layer)) await removeTree(pathOf(layer));
      }),
  };
  return images;
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
