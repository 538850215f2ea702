/**
 * Runs one program apart from the rest: what a Lambda function's environment is made of. It is no
 * machine (driver.ts): it has no disk to keep and no address, comes up in tens of milliseconds, and
 * ends with Fogbank.
 *
 * With bubblewrap (Linux) the program sees the host's programs read-only, its own code under
 * /var/task, what layers bring under /opt, and a /tmp of its own. Elsewhere it runs in its
 * directories, whose real paths its variables name.
 */
import { spawn } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Wall } from "#runtime/clock.ts";
import {
  commandInGroups,
  type ControlGroups,
  type MachineGroups,
} from "../process/control-groups/control-groups.ts";
import { peakMemoryBytes } from "./peak-memory.ts";

export interface SandboxSpec {
  /** Unique among those that run. */
  id: string;
  /** Paths within are given by `paths`. */
  command: (paths: SandboxPaths) => readonly string[];
  environment: (paths: SandboxPaths) => Record<string, string>;
  /** The code, as a directory on the host. */
  taskDir: string;
  /** What layers bring; undefined for none. */
  optDir: string | undefined;
  /** More of the host that it sees: where it is there, by where it shall be within. */
  mounts: Readonly<Record<string, string>>;
  /** Where it may keep files for itself while it lives; made and removed with it. */
  scratchDir: string;
  memoryBytes: number;
  /** What the program prints, line by line, without the line's end. */
  onLine: (line: string) => void;
}

/** As the program itself sees them. */
export interface SandboxPaths {
  task: string;
  opt: string | undefined;
  tmp: string;
  /** A mounted path of the host as the program sees it. */
  of(hostPath: string): string;
}

export interface Sandbox {
  /** Resolves with how it ended: "exit status 1", "signal: killed". */
  readonly ended: Promise<string>;
  /** The most memory that it had at once so far, in bytes; undefined where the host does not tell. */
  peakMemoryBytes(): number | undefined;
  /** Holds it to a part of the host's processors from now on, where the host can. */
  limitCpus(cpus: number): Promise<void>;
  /** Ends it with all its children, removes what it kept, and resolves when it is gone. */
  end(): Promise<void>;
}

export interface SandboxHost {
  /** Undefined where programs are kept apart; else why they are not. */
  readonly lacking: string | undefined;
  readonly bubblewrap: boolean;
  readonly controlGroups: ControlGroups | undefined;
  readonly wall: Wall;
}

const longestLineBytes = 256 * 1024;

/** Starts the program. What it prints comes to `onLine`; a program that cannot be started has ended. */
export async function startSandbox(host: SandboxHost, spec: SandboxSpec): Promise<Sandbox> {
  const tmpDir = join(spec.scratchDir, "tmp");
  await mkdir(tmpDir, { recursive: true });
  const paths: SandboxPaths = host.bubblewrap
    ? {
        task: "/var/task",
        opt: spec.optDir && "/opt",
        tmp: "/tmp",
        of: (path) => spec.mounts[path]!,
      }
    : { task: spec.taskDir, opt: spec.optDir, tmp: tmpDir, of: (path) => path };
  const groups = await host.controlGroups?.make(spec.scratchDir, {
    // Without a limit until it has come up: AWS gives functions all of a processor meanwhile.
    cpus: 8,
    memoryBytes: spec.memoryBytes,
  });
  const inner = spec.command(paths);
  const [program, ...rest] = commandInGroups(
    groups,
    host.bubblewrap ? confined(spec, tmpDir, inner) : inner,
  );
  const child = spawn(program!, rest, {
    cwd: spec.taskDir,
    env: { ...spec.environment(paths), TMPDIR: paths.tmp },
    // Its standard input ends when Fogbank does, however that happens.
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  child.stdin.on("error", () => {
    // The program closed its end; nothing is ever written to it.
  });
  for (const stream of [child.stdout, child.stderr]) readLines(stream, spec.onLine);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) =>
      resolve(signal === null ? `exit status ${code}` : `signal: ${wordOf(signal)}`),
    );
  });
  let peak: number | undefined;
  const measure = () => {
    const now = child.pid === undefined ? undefined : peakMemoryBytes(child.pid);
    if (now !== undefined) peak = Math.max(peak ?? 0, now);
    return peak;
  };
  return {
    ended,
    peakMemoryBytes: measure,
    async limitCpus(cpus) {
      if (groups && host.controlGroups?.enforced.cpu)
        await host.controlGroups.limitCpus(groups, cpus);
    },
    async end() {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        killGroup(child.pid);
      await ended;
      if (groups) await release(host, groups);
      await rm(spec.scratchDir, { recursive: true, force: true });
    },
  };
}

/** The last of its processes may need a moment to be gone, on a busy host some seconds. */
const longestEndMs = 30_000;

async function release({ controlGroups, wall }: SandboxHost, groups: MachineGroups): Promise<void> {
  const lateMs = wall.monotonic() + longestEndMs;
  for (;;) {
    try {
      return await controlGroups?.release(groups);
    } catch (error) {
      const isBusy = (error as NodeJS.ErrnoException).code === "EBUSY";
      if (!isBusy || wall.monotonic() > lateMs) throw error;
      await new Promise<void>((resolve) => wall.after(20, resolve));
    }
  }
}

/** All of its processes: it was started as the leader of a group of its own. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function wordOf(signal: NodeJS.Signals): string {
  return signal === "SIGKILL" ? "killed" : signal.slice(3).toLowerCase();
}

/** The program behind bubblewrap: the host's own folders to read, and its own instead of some of them. */
function confined(spec: SandboxSpec, tmpDir: string, command: readonly string[]): string[] {
  const binds = hostFolders().flatMap(({ path, link }) =>
    link === undefined ? ["--ro-bind", path, path] : ["--symlink", link, path],
  );
  const mounts = Object.entries(spec.mounts).flatMap(([host, inside]) => [
    "--ro-bind",
    host,
    inside,
  ]);
  const opt = spec.optDir === undefined ? [] : ["--ro-bind", spec.optDir, "/opt"];
  const places = ["--dev", "/dev", "--proc", "/proc", "--dir", "/var", "--bind", tmpDir, "/tmp"];
  const task = ["--ro-bind", spec.taskDir, "/var/task"];
  const apart = ["--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session"];
  return ["bwrap", ...binds, ...places, ...task, ...opt, ...mounts, ...apart].concat(
    ["--chdir", "/var/task", "--"],
    command,
  );
}

/** What the sandbox makes for itself. */
const own = new Set(["/dev", "/proc", "/sys", "/tmp", "/var", "/opt", "/run", "/lost+found"]);

function hostFolders(): { path: string; link: string | undefined }[] {
  return readdirSync("/")
    .map((name) => `/${name}`)
    .filter((path) => !own.has(path) && existsSync(path))
    .map((path) => ({
      path,
      link: lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined,
    }));
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) onLine(line);
    if (rest.length < longestLineBytes) return;
    onLine(rest);
    rest = "";
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
  stream.on("error", (error) => onLine(`(its output cannot be read: ${error.message})`));
}
