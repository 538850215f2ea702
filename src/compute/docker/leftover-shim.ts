/**
 * An engine that was killed while it started a container can leave the container's keeper (containerd's
 * shim) with a task that it knows nothing of; from then on it refuses each start with "task …: already
 * exists" or "id already in use". Once the keeper has ended, containerd clears up after it and the next start succeeds.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { listPids, readProcess, signalProcess } from "../process/process-table.ts";

export const isLeftoverTask = (error: unknown): boolean =>
  error instanceof Error && /\btask \w+: already exists|\bid already in use/.test(error.message);

/** Ends the keeper of a container that does not run, where it is a process of this host; says whether there was one. */
export function endLeftoverShim(container: string): boolean {
  let ended = false;
  for (const pid of listPids()) {
    const words = commandOf(pid);
    if (!basename(words[0] ?? "").startsWith("containerd-shim") || !words.includes(container))
      continue;
    const shim = readProcess(pid);
    ended = (shim !== undefined && signalProcess(shim, "SIGKILL")) || ended;
  }
  return ended;
}

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    // It has ended, or this host has no /proc.
    return [];
  }
}
