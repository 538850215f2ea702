/** Fogbank as a process of its own, which may be killed. */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

const program = join(import.meta.dirname, "../../src/cli/fogbank.js");

export class FogbankProcess {
  readonly #options: readonly string[];
  readonly #environment: Record<string, string>;
  #child: ChildProcess | undefined;
  endpoint = "";

  constructor(options: readonly string[], environment: Record<string, string>) {
    this.#options = options;
    this.#environment = environment;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [program, "up", ...this.#options], {
      env: { ...process.env, ...this.#environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    let problem = "";
    child.stderr.on(
      "data",
      (piece: Buffer) => (problem = (problem + piece.toString()).slice(-2000)),
    );
    for await (const line of createInterface({ input: child.stdout })) {
      const [, endpoint] = /ready on (\S+)/.exec(line) ?? [];
      if (endpoint === undefined) continue;
      this.endpoint = endpoint;
      return;
    }
    throw new Error(`Fogbank did not start: ${problem}`);
  }

  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }
}
