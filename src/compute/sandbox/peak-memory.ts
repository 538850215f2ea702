/** What a process and its children had in memory at their fullest, as Linux counts it. */
import { readFileSync } from "node:fs";

/** In bytes; undefined where /proc does not tell. bubblewrap's own processes do not count. */
export function peakMemoryBytes(pid: number): number | undefined {
  const status = read(`/proc/${pid}/status`);
  if (status === undefined) return undefined;
  const [, kilobytes = "0"] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
  const own = /^Name:\s+bwrap$/m.test(status) ? 0 : Number(kilobytes) * 1024;
  const children = read(`/proc/${pid}/task/${pid}/children`)?.trim().split(" ") ?? [];
  return children
    .filter((child) => child !== "")
    .reduce((sum, child) => sum + (peakMemoryBytes(Number(child)) ?? 0), own);
}

/** A process may have ended since it was heard of. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
