/** Runs one program in a container with which somebody talks. https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Exec */
import { PassThrough, Transform, type Readable } from "node:stream";
import type { Conversation, TerminalSize } from "../driver.ts";
import { bootPath } from "./boot-files.ts";
import type { Engine } from "./engine/engine.ts";

export interface Place {
  engine: Engine;
  container: string;
  environment: Record<string, string>;
  /** Programs that run at one time in a machine have different numbers. */
  slot: number;
}

const headerBytes = 8;

export async function converseInside(
  command: readonly string[],
  terminal: TerminalSize | undefined,
  { engine, container, environment, slot }: Place,
): Promise<Conversation> {
  const mark = `${bootPath}/talk-${slot}`;
  const create = (Cmd: readonly string[], more: Record<string, unknown>) =>
    engine.json<{ Id: string }>("POST", `/containers/${container}/exec`, {
      body: {
        AttachStdout: true,
        AttachStderr: true,
        Env: Object.entries(environment).map(([key, value]) => `${key}=${value}`),
        WorkingDir: "/",
        User: "0:0",
        Cmd,
        ...more,
      },
    });
  // The shell's number becomes the program's own, by which all of it can be ended.
  const wrapped = ["/bin/sh", "-c", `echo $$ > ${mark}; exec "$@"`, "sh", ...command];
  const Tty = terminal !== undefined;
  const { Id } = await create(wrapped, { AttachStdin: true, Tty });
  const socket = await engine.hijack(`/exec/${Id}/start`, undefined, { Detach: false, Tty });
  const resize = async ({ columns, rows }: TerminalSize) => {
    if (Tty) await engine.call("POST", `/exec/${Id}/resize`, { query: { h: rows, w: columns } });
  };
  if (terminal) await resize(terminal);
  const output: Readable = terminal
    ? socket.pipe(new PassThrough())
    : socket.pipe(withoutHeaders());
  const { promise: ended, resolve, reject } = Promise.withResolvers<number>();
  const finish = () => {
    output.emit("end");
    void engine
      .json<{ ExitCode: number | null }>("GET", `/exec/${Id}/json`)
      .then(({ ExitCode }) => resolve(ExitCode ?? 1), reject);
  };
  // An error of the connection is its end; the engine is asked what became of the program.
  socket.once("error", () => socket.destroy());
  socket.once("close", finish);
  return {
    input: socket,
    output,
    ended,
    resize,
    end() {
      const script = `pid=$(cat ${mark}); kill -HUP -"$pid" 2>/dev/null || kill -HUP "$pid"; sleep 1; kill -KILL -"$pid" 2>/dev/null || kill -KILL "$pid"`;
      const hangUp = async () => {
        const { Id: id } = await create(["/bin/sh", "-c", script], {});
        const body = { Detach: false, Tty: false };
        (await engine.stream("POST", `/exec/${id}/start`, { body })).resume();
      };
      void hangUp()
        .catch(reject)
        .finally(() => socket.destroySoon());
    },
  };
}

/** Takes the contents out of frames of one stream each, as they come. */
function withoutHeaders(): Transform {
  let rest: Buffer = Buffer.alloc(0);
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      rest = Buffer.concat([rest, piece]);
      while (rest.length >= headerBytes) {
        const size = rest.readUInt32BE(4);
        if (rest.length < headerBytes + size) break;
        this.push(rest.subarray(headerBytes, headerBytes + size));
        rest = rest.subarray(headerBytes + size);
      }
      done();
    },
  });
}
