/** Chooses the compute driver that a cloud's options ask for. */
import { tmpdir } from "node:os";
import type { Clock } from "#runtime/clock.ts";
import type { Log } from "#runtime/log.ts";
import type { Random } from "#runtime/random.ts";
import type { ComputeDriver } from "./driver.ts";

export interface ComputeOptions {
  kind: "auto" | "process" | "simulated" | "docker";
  /** Where machines and images are kept; undefined for a cloud that keeps nothing. */
  dataDir: string | undefined;
  clock: Clock;
  log: Log;
  random: Random;
}

/** Throws for a kind that is not there yet. A driver's code is loaded when it is chosen. */
export async function createCompute(options: ComputeOptions): Promise<ComputeDriver> {
  const { kind, dataDir, clock, log, random } = options;
  switch (kind) {
    case "docker":
      throw new Error('compute "docker" is not supported yet; use "process" or "simulated"');
    case "simulated": {
      const { createSimulatedDriver } = await import("./simulated/simulated-driver.ts");
      return createSimulatedDriver({ clock, random });
    }
    case "auto":
    case "process": {
      const { createProcessDriver } = await import("./process/process-driver.ts");
      const passing = dataDir === undefined;
      const directory = dataDir ?? (await passingDirectory(log));
      return createProcessDriver({ dataDir: directory, clock, log, passing });
    }
  }
}

async function passingDirectory(log: Log): Promise<string> {
  const { makePassingDirectory, sweepPassingDirectories } =
    await import("./process/passing-directory.ts");
  const directory = await makePassingDirectory(tmpdir());
  void sweepPassingDirectories(tmpdir()).then(
    (swept) => swept.length > 0 && log.info("directories of ended clouds were removed", { swept }),
    (error: unknown) => log.warn("directories of ended clouds stay behind", { error }),
  );
  return directory;
}
