/**
 * Finds the processes of every machine in one walk through /proc, cheap enough for once a second:
 * a process is asked once for its machine and then remembered by number and start.
 */
import type { Wall } from "#runtime/clock.ts";
import {
  isAlive,
  listPids,
  pidNamespace,
  readProcess,
  readVariable,
  type ProcessIdentity,
  type ProcessStat,
} from "./process-table.ts";

/** Every process of a machine inherits this variable: the machine's directory. */
export const machineVariable = "FOGBANK_MACHINE_DIR";

/** How long a walk's result is good enough for another question. */
const freshMs = 200;
/** A foreign process is looked at again after so long: it may have been caught between fork and exec. */
const foreignMs = 5000;

export interface ProcessCensus {
  /** The machine's living processes, by the machine's directory. `exact` walks anew. */
  membersOf(directory: string, options?: { exact?: boolean }): ProcessStat[];
  /** Tells apart machines with a process number space of their own, whatever their processes' variables. */
  claimNamespace(init: ProcessIdentity, directory: string): void;
}

interface Known {
  startTicks: number;
  directory: string | undefined;
  seenMs: number;
}

export function createProcessCensus(wall: Wall): ProcessCensus {
  const known = new Map<number, Known>();
  const foreign = new Map<number, number>();
  const namespaces = new Map<string, { init: ProcessIdentity; directory: string }>();
  const ownNamespace = pidNamespace(process.pid);
  let members = new Map<string, ProcessStat[]>();
  let takenMs = Number.NEGATIVE_INFINITY;

  const ownerOf = (namespace: string | undefined) => {
    if (namespace === undefined || namespace === ownNamespace) return undefined;
    const claim = namespaces.get(namespace);
    if (!claim || isAlive(claim.init)) return claim?.directory;
    // A space ends with its init, and the kernel gives its number to the next one, whosever that is.
    namespaces.delete(namespace);
    return undefined;
  };
  const directoryOf = (stat: ProcessStat, found: Map<string, ProcessStat[]>) => {
    const owner = namespaces.size > 0 ? ownerOf(pidNamespace(stat.pid)) : undefined;
    if (owner !== undefined) return owner;
    const marked = readVariable(stat.pid, machineVariable);
    if (marked !== undefined) return marked;
    // A process that dropped its variables still is in its parent's session or group.
    for (const [directory, stats] of found)
      if (stats.some((other) => other.session === stat.session || other.pid === stat.parentPid))
        return directory;
    return undefined;
  };
  const walk = () => {
    const nowMs = wall.monotonic();
    const found = new Map<string, ProcessStat[]>();
    const alive = new Set<number>();
    for (const pid of listPids()) {
      alive.add(pid);
      if (pid === process.pid) continue;
      const foreignSince = foreign.get(pid);
      if (foreignSince !== undefined && nowMs - foreignSince < foreignMs) continue;
      const stat = readProcess(pid);
      if (!stat || stat.state === "Z" || stat.state === "X") continue;
      const entry = known.get(pid);
      let directory = entry?.startTicks === stat.startTicks ? entry.directory : undefined;
      directory ??= directoryOf(stat, found);
      if (directory === undefined) {
        known.delete(pid);
        foreign.set(pid, nowMs);
        continue;
      }
      foreign.delete(pid);
      known.set(pid, { startTicks: stat.startTicks, directory, seenMs: nowMs });
      const stats = found.get(directory);
      if (stats) stats.push(stat);
      else found.set(directory, [stat]);
    }
    for (const pid of known.keys()) if (!alive.has(pid)) known.delete(pid);
    for (const pid of foreign.keys()) if (!alive.has(pid)) foreign.delete(pid);
    members = found;
    takenMs = nowMs;
  };
  return {
    membersOf(directory, { exact = false } = {}) {
      if (exact) foreign.clear();
      // A machine that the last walk did not see may have started since.
      const known = members.has(directory) && wall.monotonic() - takenMs <= freshMs;
      if (exact || !known) walk();
      return members.get(directory) ?? [];
    },
    claimNamespace(init, directory) {
      const namespace = pidNamespace(init.pid);
      if (namespace === undefined || namespace === ownNamespace) return;
      for (const [other, claim] of namespaces)
        if (claim.directory === directory) namespaces.delete(other);
      namespaces.set(namespace, { init, directory });
    },
  };
}
