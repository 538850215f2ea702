/** Chooses the compute driver that a cloud's options ask for. */
import type { Clock, Wall } from "#runtime/clock.ts";
import type { Log } from "#runtime/log.ts";
import type { Random } from "#runtime/random.ts";
import { HostUnavailable, type ComputeDriver } from "./driver.ts";

export interface ComputeOptions {
  kind: "auto" | "process" | "simulated" | "docker";
  /** Where machines and images are kept; undefined for a cloud that keeps nothing. */
  dataDir: string | undefined;
  clock: Clock;
  log: Log;
  random: Random;
}

/** Throws where the kind that was asked for cannot be. A driver's code is loaded when it is chosen. */
export async function createCompute(options: ComputeOptions): Promise<ComputeDriver> {
  const { dataDir, clock, log, random } = options;
  const kind =
    options.kind === "auto" ? await chooseDriver(dataDir, clock.wall, log) : options.kind;
  switch (kind) {
    case "docker": {
      const { findEngine } = await import("./docker/engine/find-engine.ts");
      const { engine, text } = await findEngine(clock.wall);
      if (!engine) throw new HostUnavailable(`--compute docker needs a container engine: ${text}`);
      const { createDockerDriver } = await import("./docker/docker-driver.ts");
      return createDockerDriver({ engine, dataDir, clock, log });
    }
    case "simulated": {
      const { createSimulatedDriver } = await import("./simulated/simulated-driver.ts");
      return createSimulatedDriver({ clock, random });
    }
    case "process": {
      const { createProcessDriver } = await import("./process/process-driver.ts");
      const passing = dataDir === undefined;
      const { openPassingDirectory } = await import("./process/passing-directory.ts");
      const directory = dataDir ?? (await openPassingDirectory());
      return createProcessDriver({ dataDir: directory, clock, log, passing });
    }
  }
}

/** Containers where an engine has what machines start from, and where processes are not there already. */
async function chooseDriver(
  dataDir: string | undefined,
  wall: Wall,
  log: Log,
): Promise<"docker" | "process"> {
  const { examineEngine, isChosen } = await import("./docker/examine-engine.ts");
  const facts = await examineEngine(dataDir, wall);
  log.debug("looked for a container engine", { ...facts });
  return isChosen(facts) ? "docker" : "process";
}
