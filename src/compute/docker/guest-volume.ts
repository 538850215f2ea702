/**
 * Programs of the guest (cfn-signal, systemctl, halt …) and this very Node, in a volume that all
 * machines of one Fogbank share, read-only: images need not have any of it.
 */
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { packTar } from "modern-tar";
import { guestPrograms } from "../process/isolation.ts";
import { isConflict, isMissing, type Engine } from "./engine/engine.ts";
import { guestPath } from "./boot-files.ts";
import { ignoreMissing } from "./images.ts";

/** Machines' own Node comes before it on their PATH. */
export const guestNodePath = `${guestPath}/node`;

/** Makes and fills the volume once in an engine's life; gives its name. */
export async function ensureGuestVolume(engine: Engine, imageId: string): Promise<string> {
  const programs = await readPrograms();
  const hash = createHash("sha256").update(`${process.version} ${process.arch}`);
  for (const { header, body } of programs) hash.update(header.name).update(body);
  const name = `fogbank-guest-${hash.digest("hex").slice(0, 12)}`;
  // A filler of this name that is left over was cut short; its volume is filled again.
  const filler = `${name}-filler`;
  const present = await isThere(engine, `/volumes/${name}`);
  if (present && !(await isThere(engine, `/containers/${filler}/json`))) return name;
  await engine
    .call("POST", "/containers/create", {
      query: { name: filler },
      body: {
        Image: imageId,
        Entrypoint: ["/bin/true"],
        HostConfig: { Mounts: [{ Type: "volume", Source: name, Target: guestPath }] },
      },
    })
    .catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
  const node = {
    header: { name: "node/node", mode: 0o755, type: "file" as const },
    body: process.platform === "linux" ? await readFile(process.execPath) : Buffer.alloc(0),
  };
  const files = [...programs, ...(node.body.length > 0 ? [node] : [])];
  const body = await packTar(
    files.map((file) => ({ ...file, header: { ...file.header, size: file.body.length } })),
  );
  await engine.call("PUT", `/containers/${filler}/archive`, { query: { path: guestPath }, body });
  await engine.call("DELETE", `/containers/${filler}`).catch(ignoreMissing);
  return name;
}

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
