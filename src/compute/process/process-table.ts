/** Processes as the kernel lists them in /proc: identity, kinship, time and memory of each. */
import { readFileSync, readdirSync, readlinkSync } from "node:fs";

/** A process is known by its number and its start, because numbers are given out again. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks from the machine's boot to the process's start. */
  startTicks: number;
}

export interface ProcessStat extends ProcessIdentity {
  parentPid: number;
  group: number;
  session: number;
  /** "R", "S", "Z" … as in proc(5). */
  state: string;
  /** Processor time of the process and of those of its children that ended and were waited for. */
  cpuTicks: number;
  memoryPages: number;
}

/** USER_HZ, which Linux fixes at 100 for all that /proc says (proc(5), times(2)). */
export const ticksPerSecond = 100;

/** Undefined when there is no such process, or no /proc. */
export function readProcess(pid: number): ProcessStat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

/** Reads a line of /proc/PID/stat. The name in parentheses may hold anything, parentheses included. */
export function parseStat(text: string): ProcessStat | undefined {
  const end = text.lastIndexOf(")");
  if (end < 0) return undefined;
  const fields = text.slice(end + 2).split(" ");
  const field = (number: number) => Number(fields[number - 3]);
  return {
    pid: Number.parseInt(text, 10),
    state: fields[0]!,
    parentPid: field(4),
    group: field(5),
    session: field(6),
    cpuTicks: field(14) + field(15) + field(16) + field(17),
    startTicks: field(22),
    memoryPages: field(24),
  };
}

/** True while that very process lives; one that has ended and waits for its parent does not. */
export function isAlive(identity: ProcessIdentity): boolean {
  const found = readProcess(identity.pid);
  return (
    found !== undefined &&
    found.startTicks === identity.startTicks &&
    found.state !== "Z" &&
    found.state !== "X"
  );
}

/** Sends the signal if that very process still lives; says whether it did. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

export function listPids(): number[] {
  const pids: number[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (pid > 0) pids.push(pid);
  }
  return pids;
}

/** The value that a process was started with; undefined when it has none or may not be read. */
export function readVariable(pid: number, name: string): string | undefined {
  const environment = readText(`/proc/${pid}/environ`);
  if (environment === undefined) return undefined;
  const start = `\0${environment}`.indexOf(`\0${name}=`);
  if (start < 0) return undefined;
  const from = start + name.length + 1;
  const end = environment.indexOf("\0", from);
  return environment.slice(from, end < 0 ? undefined : end);
}

/** "pid:[4026531836]": names the process's own space of process numbers. */
export function pidNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** Changes with every boot of the host: process numbers of an earlier boot mean nothing. */
export function hostBootId(): string {
  return readText("/proc/sys/kernel/random/boot_id")?.trim() ?? "unknown";
}

/** 4096 on most machines; measured, because Node does not tell. */
export function measurePageBytes(): number {
  const pages = Number(readText("/proc/self/statm")?.split(" ")[1] ?? Number.NaN);
  const power = Math.round(Math.log2(process.memoryUsage.rss() / pages));
  return Number.isFinite(power) ? 2 ** power : 4096;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // The process has gone or belongs to someone else: both are answers, not failures.
    return undefined;
  }
}
