/**
 * Lets one thread of this process run before everything else on its core, as long as it leaves the others time.
 *
 * Threads that share a core take turns of milliseconds, whatever their niceness. Only by a real-time policy one runs at
 * the moment when something comes for it, and by that policy it could also keep the core (the kernel leaves the
 * others a twentieth). So a thread that is busy takes turns like the others until it is quiet again.
 * https://man7.org/linux/man-pages/man7/sched.7.html
 */
import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";
import type { Timer, Wall } from "./clock.ts";

const run = promisify(execFile);

/** Between two looks at how busy the thread is. */
const lookEveryMs = 1000;

export type Standing = "first" | "in turn";

/** What util-linux's and BusyBox's `chrt` both understand; 1 is the lowest of the real-time priorities. */
const policies: Record<Standing, readonly string[]> = {
  first: ["-r", "-p", "1"],
  "in turn": ["-o", "-p", "0"],
};

/** `share` is the part of a core that the thread had since the last look. Between the limits nothing changes, lest it does each second. */
export function nextStanding(standing: Standing, share: number): Standing {
  if (share > 0.5) return "in turn";
  return share < 0.25 ? "first" : standing;
}

/** The calling thread's number in the kernel; undefined where that is not Linux. */
export function kernelThread(): number | undefined {
  if (process.platform !== "linux") return undefined;
  return Number(readlinkSync("/proc/thread-self").split("/").at(-1));
}

export interface PrecedenceOptions {
  /** What `kernelThread` says in the thread that is meant. */
  thread: Promise<number | undefined>;
  wall: Wall;
  onError: (error: unknown) => void;
  /** Called with the reason where the host does not allow it; the thread then takes turns for good. */
  onRefused: (reason: string) => void;
}

/** To be stopped before the thread ends. What the thread starts (threads, programs) inherits its policy: it must start nothing. */
export function givePrecedence(options: PrecedenceOptions): { stop(): void } {
  const { wall, onError, onRefused } = options;
  let stopped = false;
  let timer: Timer | undefined;
  const watch = async () => {
    const thread = await options.thread;
    if (thread === undefined || stopped) return;
    let standing: Standing = "in turn";
    let lookedMs = wall.monotonic();
    let usedMs = processorMsOf(thread);
    const look = async () => {
      const [nowMs, nowUsedMs] = [wall.monotonic(), processorMsOf(thread)];
      const next = nextStanding(standing, (nowUsedMs - usedMs) / (nowMs - lookedMs));
      [lookedMs, usedMs] = [nowMs, nowUsedMs];
      if (next !== standing) {
        const refusal = await whyRefused([...policies[next], String(thread)]);
        if (stopped) return;
        if (refusal === undefined) standing = next;
        else if (next === "first") return onRefused(refusal);
        else onError(new Error(`a busy thread could not be made to take turns: ${refusal}`));
      }
      timer = wall.after(lookEveryMs, look);
    };
    timer = wall.after(lookEveryMs, look);
  };
  watch().catch((error: unknown) => {
    if (!stopped) onError(error);
  });
  return {
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

/** Why no thread may go first on this host; undefined where it may. Tried on a program that does nothing. */
export async function whyNoPrecedence(): Promise<string | undefined> {
  if (process.platform !== "linux") return "threads go first on Linux only";
  return whyRefused(["-r", "1", "true"]);
}

/** What `chrt` says when it fails. */
async function whyRefused(words: readonly string[]): Promise<string | undefined> {
  try {
    await run("chrt", words);
    return undefined;
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    return code === "ENOENT" ? "chrt is not installed" : stderr?.trim() || (error as Error).message;
  }
}

/** Time on a processor since the thread began; the kernel counts it in ticks of 10 ms. */
function processorMsOf(thread: number): number {
  const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
