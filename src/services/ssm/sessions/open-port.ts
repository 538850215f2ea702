/** Connects to a port of a machine, or from a machine to a port of another host. */
import { connect } from "node:net";
import { Duplex } from "node:stream";
import type { ComputeDriver } from "#compute/driver.ts";

/** Resolves once connected; rejects when nobody listens there. */
export type PortOpener = () => Promise<Duplex>;

export function portOf(compute: ComputeDriver, target: string, port: number): PortOpener {
  return async () => {
    const reach = await compute.reach(target, port);
    if (!reach) throw new Error(`port ${port} of ${target} is not reached`);
    const socket = "path" in reach ? connect(reach.path) : connect(reach.port, reach.host);
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(socket);
      });
    });
  };
}

/** Says "+" when it is connected, then carries bytes. */
const carrier = `const socket = require("node:net").connect(Number(process.argv[2]), process.argv[1], () => {
  process.stdout.write("+");
  process.stdin.pipe(socket).pipe(process.stdout);
});
socket.on("error", () => process.exit(1));
socket.on("close", () => process.exit(0));`;

/** As the machine sees the host: by the names and networks that it has. */
export function portFrom(
  compute: ComputeDriver,
  target: string,
  { host, port }: { host: string; port: number },
): PortOpener {
  return async () => {
    const command = ["node", "-e", carrier, host, String(port)];
    const program = await compute.converse(target, command);
    const { input, output, ended } = program;
    const refused = ended.then(() => {
      throw new Error(`${host}:${port} is not reached from ${target}`);
    });
    const connected = new Promise<void>((resolve) => {
      output.once("readable", () => {
        if (output.read(1) !== null) resolve();
      });
    });
    await Promise.race([connected, refused]);
    // From here on its end is the stream's.
    refused.catch(() => {});
    // Node takes streams of its own, too; its types know only the web's.
    const stream = Duplex.from({ readable: output as never, writable: input as never });
    stream.once("close", () => program.end());
    return stream;
  };
}
