/** Kills an instance as a power cut would: every process of its machine, with signal 9. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface MachineState {
  supervisor?: { pid: number };
  launcher?: { pid: number };
}

/** Returns how many processes were killed. */
export function killInstance(dataDir: string, instanceId: string): number {
  const state = JSON.parse(
    readFileSync(join(dataDir, "machines", instanceId, "state.json"), "utf8"),
  ) as MachineState;
  const pids = new Set(processesOf(instanceId));
  for (const held of [state.supervisor, state.launcher]) if (held) pids.add(held.pid);
  let killed = 0;
  for (const pid of pids)
    try {
      process.kill(pid, "SIGKILL");
      killed++;
    } catch (error) {
      // Its parent's death took it along.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  return killed;
}

/** Linux only: the processes whose environment names the machine. */
function processesOf(instanceId: string): number[] {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return [];
  }
  return names
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, "latin1").split("\0");
        return environment.includes(`FOGBANK_MACHINE_ID=${instanceId}`) ? [Number(name)] : [];
      } catch {
        return [];
      }
    });
}
