/** Runs one command in a container and collects what it prints. */
import type { Wall } from "#runtime/clock.ts";
import { CommandEndedEarly } from "../driver.ts";
import { bootPath } from "./boot-files.ts";
import { type Engine } from "./engine/engine.ts";
import { splitFrames } from "./engine/frames.ts";

/** What of both streams together is kept; a command that prints more goes on and is cut. */
const longestOutputBytes = 2 * 1024 * 1024;
/** How often a command is asked for whose output does not end, as when it left a server behind. */
const askEveryMs = 250;
/** What a command printed comes from a busy engine later than its end; nothing for so long, and all is there. */
const flushMs = 1000;
/** A server that was left behind may print for ever. */
const longestFlushMs = 10_000;

interface InspectedExec {
  Running: boolean;
  ExitCode: number | null;
}

export interface Execution {
  engine: Engine;
  wall: Wall;
  container: string;
  environment: Record<string, string>;
  /** Commands that run at one time in a machine have different numbers. */
  slot: number;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

export async function executeInside(
  command: readonly string[],
  { engine, wall, container, environment, slot, timeoutMs, signal }: Execution,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const mark = `${bootPath}/exec-${slot}`;
  const start = async (cmd: readonly string[]) => {
    const { Id } = await engine.json<{ Id: string }>("POST", `/containers/${container}/exec`, {
      body: {
        AttachStdout: true,
        AttachStderr: true,
        Cmd: cmd,
        Env: Object.entries(environment).map(([key, value]) => `${key}=${value}`),
        WorkingDir: "/",
        User: "0:0",
      },
    });
    const output = await engine.stream("POST", `/exec/${Id}/start`, {
      body: { Detach: false, Tty: false },
    });
    return { id: Id, output };
  };
  // The shell's number becomes the command's own, by which all of it can be ended.
  const script = `echo $$ > ${mark}; exec "$@"`;
  const { id, output } = await start(["/bin/sh", "-c", script, "sh", ...command]);

  const pieces: Buffer[] = [];
  let size = 0;
  output.on("data", (piece: Buffer) => {
    if (size < longestOutputBytes) pieces.push(piece);
    size += piece.length;
  });
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
  signal?.addEventListener("abort", () => cancel(), { once: true });
  output.once("close", () => end());
  output.once("error", () => end());

  const startedMs = wall.monotonic();
  const isLate = () => timeoutMs !== undefined && wall.monotonic() - startedMs >= timeoutMs;
  for (;;) {
    const waitMs = Math.min(askEveryMs, timeoutMs ?? askEveryMs);
    await Promise.race([ended, cancelled, pause(wall, waitMs)]);
    const { Running, ExitCode } = await engine.json<InspectedExec>("GET", `/exec/${id}/json`);
    if (!Running) {
      // What is still on its way; a server that was left behind may hold the output for ever.
      const lateMs = wall.monotonic() + longestFlushMs;
      for (let seen = -1; seen !== size && wall.monotonic() < lateMs;) {
        seen = size;
        await Promise.race([ended, pause(wall, flushMs)]);
      }
      output.destroy();
      return { exitCode: ExitCode ?? 1, ...printed(pieces) };
    }
    if (isLate() || signal?.aborted) {
      const { output: done } = await start([
        "/bin/sh",
        "-c",
        `pid=$(cat ${mark}); kill -KILL -"$pid" 2>/dev/null || kill -KILL "$pid"`,
      ]);
      done.resume();
      output.destroy();
      throw new CommandEndedEarly(signal?.aborted ? "cancelled" : "timeout", printed(pieces));
    }
  }
}

function printed(pieces: readonly Buffer[]): { stdout: string; stderr: string } {
  const { stdout, stderr } = splitFrames(Buffer.concat(pieces));
  return { stdout: stdout.toString("utf8"), stderr: stderr.toString("utf8") };
}

function pause(wall: Wall, delayMs: number): Promise<void> {
  return new Promise((resolve) => void wall.after(delayMs, resolve));
}
