/**
 * Makes a small Linux image out of this machine's own files, where none can be pulled: a shell and
 * its tools (busybox-static), Node, and whatever of curl and bash is here, with their libraries.
 *
 *     node tools/docker-base-image.ts [name]      "fogbank/base" unless given
 */
import { createWall } from "#runtime/wall.ts";
import { findEngine } from "#compute/docker/engine/find-engine.ts";
import { usualBase } from "#compute/docker/images.ts";
import { makeBaseImage } from "#compute/docker/testing/base-image.ts";

const wall = createWall((error) => {
  throw error;
});
const { engine, text } = await findEngine(wall);
if (!engine) throw new Error(text);
const name = process.argv[2] ?? usualBase;
const { sizeBytes } = await makeBaseImage(engine, name);
process.stdout.write(`${name}: ${(sizeBytes / 1024 ** 2).toFixed(0)} MiB\n`);
