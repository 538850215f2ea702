/**
 * Programs of the guest (cfn-signal, systemctl, halt …) and this very Node, in a volume that all
 * machines of one Fogbank share, read-only: images need not have any of it.
 */
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { packTar } from "modern-tar";
import type { Wall } from "#runtime/clock.ts";
import { pause } from "../pause.ts";
import { guestPrograms } from "../process/isolation.ts";
import { isConflict, isMissing, type Engine } from "./engine/engine.ts";
import { guestPath } from "./boot-files.ts";

/** Machines' own Node comes before it on their PATH. */
export const guestNodePath = `${guestPath}/node`;

/** Makes and fills the volume once in an engine's life; gives its name. */
export async function ensureGuestVolume(
  engine: Engine,
  imageId: string,
  wall: Wall,
): Promise<string> {
  const programs = await readPrograms();
  const hash = createHash("sha256").update(`${process.version} ${process.arch}`);
  for (const { header, body } of programs) hash.update(header.name).update(body);
  const name = `fogbank-guest-${hash.digest("hex").slice(0, 12)}`;
  await fillOnce(engine, { name, imageId, wall }, async () => {
    const node = {
      header: { name: "node/node", mode: 0o755, type: "file" as const },
      body: process.platform === "linux" ? await readFile(process.execPath) : Buffer.alloc(0),
    };
    const files = [...programs, ...(node.body.length > 0 ? [node] : [])];
    return packTar(
      files.map((file) => ({ ...file, header: { ...file.header, size: file.body.length } })),
    );
  });
  return name;
}

export interface SharedVolume {
  name: string;
  /** An image for the container that the volume is filled through. */
  imageId: string;
  wall: Wall;
}

/** A filler that is there for so long was left behind by somebody who was cut short. */
const longestFillMs = 20_000;

/**
 * Fills a volume with an archive unless somebody has. Of several that want it at once one does, and the others
 * wait: its filler, a container that never runs, is there for as long as the volume is not whole.
 */
export async function fillOnce(
  engine: Engine,
  { name, imageId, wall }: SharedVolume,
  archive: () => Promise<Uint8Array>,
): Promise<void> {
  const filler = `/containers/${name}-filler`;
  /** Somebody else was sooner, or took this filler for one that was left behind. */
  const isLost = (error: unknown) => isConflict(error) || isMissing(error);
  let waitedMs = 0;
  for (;;) {
    const isBeingFilled = await isThere(engine, `${filler}/json`);
    if (!isBeingFilled && (await isThere(engine, `/volumes/${name}`))) return;
    if (isBeingFilled && waitedMs < longestFillMs) {
      await pause(wall, 100);
      waitedMs += 100;
      continue;
    }
    waitedMs = 0;
    if (isBeingFilled) await engine.call("DELETE", filler).catch(ignore(isLost));
    const isOwn = await engine
      .call("POST", "/containers/create", {
        query: { name: `${name}-filler` },
        body: {
          Image: imageId,
          Entrypoint: ["/bin/true"],
          HostConfig: { Mounts: [{ Type: "volume", Source: name, Target: guestPath }] },
        },
      })
      .then(() => true, ignore(isConflict));
    if (!isOwn) continue;
    const query = { path: guestPath };
    const isFilled = await engine
      .call("PUT", `${filler}/archive`, { query, body: await archive() })
      .then(() => engine.call("DELETE", filler))
      .then(() => true, ignore(isLost));
    if (isFilled) return;
  }
}

const ignore =
  (isHarmless: (error: unknown) => boolean) =>
  (error: unknown): undefined => {
    if (!isHarmless(error)) throw error;
  };

async function readPrograms() {
  const entries = await readdir(guestPrograms, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Promise.all(
    paths.map(async (path) => ({
      header: {
        name: `bin${path.slice(guestPrograms.length)}`,
        mode: 0o755,
        type: "file" as const,
      },
      body: await readFile(path),
    })),
  );
}

async function isThere(engine: Engine, path: string): Promise<boolean> {
  try {
    await engine.call("GET", path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
