/** A file that says which process has a directory open. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StoreLockedError } from "./errors.ts";

interface Holder {
  pid: number;
  /** Tells the process from a later one with the same id; empty where the system does not say. */
  born: string;
}

/**
 * Takes the directory for this process; gives the function that gives it back. A lock whose process is
 * gone (kill -9) is taken over. Throws StoreLockedError when the process lives.
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, "lock");
  const own = join(directory, `lock.${process.pid}`);
  const me: Holder = { pid: process.pid, born: bornOf(process.pid) };
  writeFileSync(own, JSON.stringify(me));
  try {
    for (;;) {
      if (link(own, path)) return () => rmSync(path, { force: true });
      const holder = readHolder(path);
      if (holder && isAlive(holder))
        throw new StoreLockedError(
          `${directory} is in use by process ${holder.pid}; stop it, or choose another data directory`,
        );
      removeStale(path, `${own}.stale`);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** False when the name is taken. Linking a finished file, nobody sees a half-written lock. */
function link(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Moves the stale lock away; a fresh one that somebody put there meanwhile is put back. */
function removeStale(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved && isAlive(moved)) link(aside, path);
  rmSync(aside, { force: true });
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    // Gone meanwhile, or not written by us: nobody who lives holds it.
    return undefined;
  }
}

function isAlive({ pid, born }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return bornOf(pid) === born;
}

/** The boot and the moment of the process's start, where /proc tells; process ids come around again. */
function bornOf(pid: number): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in brackets may hold anything; behind it come the state and, as the 20th, the start time.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Killed, and not yet collected by its parent; in a container that may never happen.
    if (fields[0] === "Z" || fields[0] === "X") return "dead";
    return `${boot}/${fields[19]}`;
  } catch {
    return "";
  }
}
