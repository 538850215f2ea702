/** Runs one command with its own process group and collects what it prints. */
import { spawn } from "node:child_process";
import type { Wall } from "#runtime/clock.ts";
import { CommandEndedEarly } from "../driver.ts";

/** What of each stream is kept; a command that prints more goes on and is cut. */
const longestOutputBytes = 1024 * 1024;

export interface CommandOptions {
  wall: Wall;
  cwd: string;
  environment: Record<string, string>;
  timeoutMs?: number | undefined;
  user?: { uid: number; gid: number } | undefined;
  signal?: AbortSignal | undefined;
}

export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** A command that a signal ended has 128 plus its number as exit code, as in a shell. */
export function runCommand(
  command: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  const [program, ...rest] = command;
  if (program === undefined) throw new TypeError("a command needs a program");
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: options.environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    ...options.user,
  });
  let endedEarly: CommandEndedEarly["why"] | undefined;
  const end = (why: CommandEndedEarly["why"]) => {
    endedEarly ??= why;
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
  };
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : options.wall.after(options.timeoutMs, () => end("timeout"));
  const cancel = () => end("cancelled");
  options.signal?.addEventListener("abort", cancel, { once: true });
  if (options.signal?.aborted) cancel();
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.once("error", (error: NodeJS.ErrnoException) => {
    timer?.cancel();
    options.signal?.removeEventListener("abort", cancel);
    if (error.code === "ENOENT")
      resolve({ exitCode: 127, stdout: "", stderr: `${program}: not found\n` });
    else reject(error);
  });
  // "exit", not "close": a server that the command left behind may hold the pipes for ever.
  child.once("exit", (code, signal) => {
    timer?.cancel();
    options.signal?.removeEventListener("abort", cancel);
    const exitCode = code ?? 128 + (signal === "SIGKILL" ? 9 : signal === "SIGTERM" ? 15 : 1);
    const finish = () => {
      flushed.cancel();
      child.stdout.destroy();
      child.stderr.destroy();
      const output = { stdout: stdout(), stderr: stderr() };
      if (endedEarly) reject(new CommandEndedEarly(endedEarly, output));
      else resolve({ exitCode, ...output });
    };
    child.removeListener("close", finish);
    child.once("close", finish);
    const flushed = options.wall.after(200, finish);
  });
  return promise;
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const pieces: Buffer[] = [];
  let size = 0;
  stream.on("data", (piece: Buffer) => {
    if (size >= longestOutputBytes) return;
    size += piece.length;
    pieces.push(piece);
  });
  return () => Buffer.concat(pieces).subarray(0, longestOutputBytes).toString("utf8");
}
