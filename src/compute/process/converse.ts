/** Runs one program with which somebody talks, at a terminal where the machine has script(1) to make one. */
import { spawn } from "node:child_process";
import { PassThrough } from "node:stream";
import type { Wall } from "#runtime/clock.ts";
import type { Conversation, TerminalSize } from "../driver.ts";

/** How long a program that was hung up on may take to end. */
const graceMs = 1000;

export interface Surroundings {
  wall: Wall;
  cwd: string;
  environment: Record<string, string>;
  user?: { uid: number; gid: number } | undefined;
  /** Turns a command into the one that runs it inside the machine. */
  inside: (command: readonly string[]) => string[];
  /** Where the machine's programs may note the terminal's name. */
  note: string;
}

export function converse(
  command: readonly string[],
  terminal: TerminalSize | undefined,
  around: Surroundings,
): Conversation {
  const { wall, inside, note } = around;
  const [program, ...rest] = inside(terminal ? atTerminal(command, terminal, note) : command);
  const options = { cwd: around.cwd, env: around.environment, ...around.user };
  const child = spawn(program!, rest, { ...options, detached: true, stdio: "pipe" });
  const output = new PassThrough();
  const { promise: ended, resolve, reject } = Promise.withResolvers<number>();
  for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false });
  // A program that has ended takes no more input; its end is told by itself.
  child.stdin.on("error", () => {});
  child.once("error", reject);
  child.once("close", (code, signal) => {
    output.end();
    resolve(code ?? 128 + (signal === "SIGKILL" ? 9 : 1));
  });
  let over = false;
  child.once("exit", () => {
    over = true;
  });
  const signal = (name: NodeJS.Signals) => {
    if (!over && child.pid !== undefined) process.kill(-child.pid, name);
  };
  return {
    input: child.stdin,
    output,
    ended,
    resize: ({ columns, rows }) => {
      if (!terminal) return Promise.resolve();
      const script = `terminal=$(cat '${note}') && stty -F "$terminal" rows ${rows} cols ${columns}`;
      const [tool, ...words] = inside(["/bin/sh", "-c", script]);
      const resizing = spawn(tool!, words, { ...options, stdio: "ignore" });
      return new Promise((done) => {
        // A terminal that is gone needs no size.
        resizing.once("error", () => done());
        resizing.once("exit", () => done());
      });
    },
    end() {
      signal("SIGTERM");
      wall.after(graceMs, () => signal("SIGKILL"));
    },
  };
}

/** script(1) makes the terminal, and the shell in it tells its name and gives it its size. */
function atTerminal(
  command: readonly string[],
  { columns, rows }: TerminalSize,
  note: string,
): string[] {
  const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const inner = `stty sane rows ${rows} cols ${columns} 2>/dev/null; tty > '${note}'; exec ${words}`;
  const outer = `if command -v script > /dev/null 2>&1; then
  script -q -e -f -c "$1" /dev/null
  code=$?
  rm -f '${note}'
  exit $code
fi
echo 'This machine has no script(1) of util-linux: the session has no terminal.'
shift
exec "$@" 2>&1`;
  return ["/bin/sh", "-c", outer, "sh", inner, ...command];
}
