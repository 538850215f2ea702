/** Root volumes and images as directories: copied whole, sharing blocks where the file system can. */
import { execFile } from "node:child_process";
import { access, chmod, lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Copies what is in a directory into another one that may exist: bytes, owners, modes, times, links. */
export async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const whole = process.platform === "darwin" ? ["-Rpc"] : ["-a", "--reflink=auto"];
  await run("cp", [...whole, `${from}/.`, to]).catch(async () => {
    // A cp that knows nothing of shared blocks (BusyBox).
    await run("cp", ["-Rp", `${from}/.`, to]);
  });
}

/** The same, so that either all of it is there under the name or nothing. */
export async function copyTreeWhole(from: string, to: string): Promise<void> {
  const beside = `${to}.new`;
  await removeTree(beside);
  await copyTree(from, beside);
  await removeTree(to);
  await rename(beside, to);
}

/** The bytes of all files below, as a reader would count them. */
export async function treeBytes(path: string): Promise<number> {
  const stats = await lstat(path);
  if (!stats.isDirectory()) return stats.isFile() ? stats.size : 0;
  let bytes = 0;
  for (const name of await readdir(path)) bytes += await treeBytes(join(path, name));
  return bytes;
}

/** No error when it is gone already. */
export async function removeTree(path: string): Promise<void> {
  // An overlay's working directory is closed even to its owner, unless that is root.
  if (process.getuid?.() !== 0 && (await exists(path))) await openDirectories(path);
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

async function openDirectories(path: string): Promise<void> {
  const stats = await lstat(path);
  if (!stats.isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await openDirectories(join(path, name));
}

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
