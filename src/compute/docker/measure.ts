/** What an engine counts of a container, as a machine's observation has it. */
import { isConflict, isMissing, type Engine } from "./engine/engine.ts";

/** Since the container's last start. */
export interface Measured {
  cpuSeconds: number;
  networkInBytes: number;
  networkOutBytes: number;
}

export const nothingMeasured: Measured = { cpuSeconds: 0, networkInBytes: 0, networkOutBytes: 0 };

interface Stats {
  cpu_stats: { cpu_usage: { total_usage: number } };
  memory_stats: {
    usage?: number;
    stats?: { inactive_file?: number; total_inactive_file?: number };
  };
  networks?: Record<string, { rx_bytes: number; tx_bytes: number }>;
}

/** Undefined for a container that does not run. */
export async function measureContainer(
  engine: Engine,
  container: string,
): Promise<{ measured: Measured; memoryBytes: number } | undefined> {
  let stats: Stats;
  try {
    stats = await engine.json<Stats>("GET", `/containers/${container}/stats`, {
      query: { stream: false, "one-shot": true },
    });
  } catch (error) {
    if (isMissing(error) || isConflict(error)) return undefined;
    throw error;
  }
  const { usage = 0, stats: parts = {} } = stats.memory_stats;
  // Files that can be read again are not the machine's need, as Docker's own command has it.
  const files = parts.total_inactive_file ?? parts.inactive_file ?? 0;
  const links = Object.values(stats.networks ?? {});
  return {
    measured: {
      cpuSeconds: stats.cpu_stats.cpu_usage.total_usage / 1e9,
      networkInBytes: links.reduce((sum, link) => sum + link.rx_bytes, 0),
      networkOutBytes: links.reduce((sum, link) => sum + link.tx_bytes, 0),
    },
    memoryBytes: Math.max(0, usage - files),
  };
}

export function addMeasured(a: Measured, b: Measured): Measured {
  return {
    cpuSeconds: a.cpuSeconds + b.cpuSeconds,
    networkInBytes: a.networkInBytes + b.networkInBytes,
    networkOutBytes: a.networkOutBytes + b.networkOutBytes,
  };
}
