/** Looks for a container engine where Docker, Podman, Colima, OrbStack and Rancher Desktop leave their sockets. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Wall } from "#runtime/clock.ts";
import { connectEngine, type Engine, type EngineAddress } from "./engine.ts";

export interface EngineSearch {
  engine?: Engine;
  /** Where it answers, or why none does. */
  text: string;
}

/** DOCKER_HOST alone when it is set, as for Docker's own command; else the first socket that answers. */
export async function findEngine(
  wall: Wall,
  environment: Record<string, string | undefined> = process.env,
): Promise<EngineSearch> {
  const given = environment["DOCKER_HOST"];
  if (given) {
    const address = parseDockerHost(given);
    if (!address) return { text: `DOCKER_HOST=${given} is neither unix:// nor tcp://` };
    return tryEngine(address, given, wall);
  }
  const refusals: string[] = [];
  for (const socketPath of usualSockets(environment).filter((path) => existsSync(path))) {
    const found = await tryEngine({ socketPath }, socketPath, wall);
    if (found.engine) return found;
    refusals.push(found.text);
  }
  return { text: refusals.join("; ") || "there is no container engine's socket" };
}

function parseDockerHost(text: string): EngineAddress | undefined {
  const url = URL.parse(text);
  if (url?.protocol === "unix:") return { socketPath: url.pathname };
  if (url?.protocol === "tcp:" || url?.protocol === "http:")
    return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 2375) };
  return undefined;
}

function usualSockets(environment: Record<string, string | undefined>): string[] {
  const home = homedir();
  const runtime = environment["XDG_RUNTIME_DIR"];
  return [
    "/var/run/docker.sock",
    ...(runtime ? [join(runtime, "docker.sock"), join(runtime, "podman", "podman.sock")] : []),
    join(home, ".docker/run/docker.sock"),
    join(home, ".colima/default/docker.sock"),
    join(home, ".orbstack/run/docker.sock"),
    join(home, ".rd/docker.sock"),
    "/run/podman/podman.sock",
  ];
}

async function tryEngine(address: EngineAddress, name: string, wall: Wall): Promise<EngineSearch> {
  try {
    return { engine: await connectEngine(address, wall), text: `an engine answers at ${name}` };
  } catch (error) {
    return { text: `no engine answers at ${name} (${(error as Error).message})` };
  }
}
