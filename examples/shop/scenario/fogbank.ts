/** A Fogbank of the scenario's own, in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface FogbankProcess {
  endpoint: string;
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

export async function startFogbank(speed: number, dataDir: string): Promise<FogbankProcess> {
  const child = spawn(
    process.execPath,
    [
      main,
      "up",
      "--port",
      "0",
      "--speed",
      String(speed),
      "--data-dir",
      dataDir,
      "--log-level",
      "error",
    ],
    // In a group of its own: Ctrl-C is ours to answer, so that no machine outlives the scenario.
    { stdio: ["ignore", "pipe", "inherit"], detached: true },
  );
  let endpoint: string | undefined;
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= end());
  const end = async () => {
    if (child.exitCode !== null) return;
    // A Fogbank that keeps its data would find its machines again; nobody comes back for these.
    if (endpoint !== undefined) await fetch(`${endpoint}/_fogbank/reset`, { method: "POST" });
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
    process.off("SIGINT", interrupted);
    process.off("SIGTERM", interrupted);
  };
  const interrupted = () => void stop().finally(() => process.exit(130));
  // Heard until all is gone: npm passes on what Ctrl-C sent already.
  process.on("SIGINT", interrupted);
  process.on("SIGTERM", interrupted);
  endpoint = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      const ready = /Fogbank ready on (\S+)/.exec(text);
      if (ready) resolve(ready[1]!);
    });
    child.once("exit", (code) => reject(new Error(`Fogbank ended with ${code}`)));
    child.once("error", reject);
  });
  return { endpoint, stop };
}
