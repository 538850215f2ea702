/** Where a benchmark keeps its files: a folder that goes with it, however it ends. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Removed when this process ends, also by Ctrl-C; after a SIGKILL by the next benchmark. */
export function benchDirectory(): string {
  sweep();
  const directory = mkdtempSync(join(tmpdir(), `fogbank-bench-${process.pid}-`));
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  process.once("exit", remove);
  for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const])
    // Who listens already has more to end than files.
    if (process.listenerCount(signal) === 0) process.once(signal, () => process.exit(code));
  return directory;
}

function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^fogbank-bench-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
