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
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const endpoint = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      const ready = /Fogbank ready on (\S+)/.exec(text);
      if (ready) resolve(ready[1]!);
    });
    child.once("exit", (code) => reject(new Error(`Fogbank ended with ${code}`)));
    child.once("error", reject);
  });
  return {
    endpoint,
    async stop() {
      if (child.exitCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}
