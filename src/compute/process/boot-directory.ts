/** Puts a machine's boot directory and root volume in order, so that init can run without Fogbank. */
import { chmod, chown, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { movedPaths, renderBoot } from "./boot-script.ts";
import { initScript } from "./init-script.ts";
import type { Isolation } from "./isolation.ts";
import type { MachineLayout } from "./machine-record.ts";
import { rootScript } from "./root-script.ts";
import { planBoot } from "./user-data/plan.ts";

export async function prepareBootDirectory(
  layout: MachineLayout,
  isolation: Isolation,
  { firstBoot, publicKey }: { firstBoot: boolean; publicKey?: string | undefined },
): Promise<void> {
  const userData = await readIfPresent(layout.userData);
  // Without a root of its own the machine would let people into its host.
  const admitted = isolation.level === "root" ? publicKey : undefined;
  const files = renderBoot(planBoot(userData, admitted), {
    ...(isolation.level === "directory" && { rootPath: layout.root, reason: isolation.reason }),
  });
  await mkdir(layout.root, { recursive: true });
  await mkdir(layout.boot, { recursive: true });
  for (const name of ["supervisor", "supervisor.new", "halted"])
    await rm(join(layout.boot, name), { force: true });
  for (const { name, content } of [
    ...files,
    { name: "init.sh", content: initScript },
    { name: "root.sh", content: rootScript },
  ])
    await writeFile(join(layout.boot, name), content, { mode: 0o700 });
  await writeFile(layout.console, firstBoot ? "" : "\n", { flag: "a" });
  if (isolation.level === "directory")
    await furnish(
      layout,
      isolation,
      files.map(({ name }) => name),
    );
}

/** Tells the next boot of the layers, by their paths from the machine's directory. */
export async function writeLayers(layout: MachineLayout, layers: readonly string[] = []) {
  const lines = layers.map((layer) => `../../layers/${layer}\n`);
  await writeFile(join(layout.boot, "layers"), lines.join(""));
}

/** The places that user data makes its own, in a machine whose root cannot be put together. */
async function furnish(
  layout: MachineLayout,
  { user, guestDir }: Isolation,
  bootFiles: readonly string[],
): Promise<void> {
  const places = [...movedPaths, "/var/lib/fogbank"].map((path) => join(layout.root, path));
  for (const place of places) await mkdir(place, { recursive: true });
  const programs = join(layout.root, "opt", "aws", "bin");
  await mkdir(dirname(programs), { recursive: true });
  await rm(programs, { force: true });
  await symlink(guestDir, programs);
  if (!user) return;
  await chmod(layout.directory, 0o711);
  for (const name of ["init.sh", "root.sh"]) await chmod(join(layout.boot, name), 0o755);
  const scripts = bootFiles.map((name) => join(layout.boot, name));
  for (const path of [layout.root, layout.boot, layout.console, ...places, ...scripts])
    await chown(path, user.uid, user.gid);
}

async function readIfPresent(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
