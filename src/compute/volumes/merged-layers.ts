/** Several directories as one, the way a machine sees the layers of its root volume. */
import { execFile } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Runs a shell's script that finds the layers, newest first, as one tree at "$1"; `given` follow. The
 * mount, at a directory made for it, is in a name space of the script's own and goes with it, however
 * that ends.
 */
export async function runOverMerged(
  layers: readonly string[],
  at: string,
  script: string,
  ...given: readonly string[]
): Promise<void> {
  const [only] = layers;
  if (layers.length === 1) {
    await run("/bin/sh", ["-c", script, "sh", only!, ...given]);
    return;
  }
  await mkdir(at, { recursive: true });
  try {
    const mount = 'layers=$1; shift; mount -t overlay overlay -o "ro,lowerdir=$layers" "$1" && ';
    const all = ["--mount", "/bin/sh", "-c", mount + script, "sh", layers.join(":"), at, ...given];
    await run("unshare", all);
  } finally {
    await rm(at, { recursive: true, force: true });
  }
}
