import type { Isolation } from "./isolation.ts";
import type { MachineLayout, MachineRecord } from "./machine-record.ts";
import { machineVariable } from "./process-census.ts";

/** What a machine's processes see; nothing of Fogbank's own environment is among it. */
export function machineEnvironment(
  layout: MachineLayout,
  { spec, host, supervisor }: MachineRecord,
  { isolation, passing }: { isolation: Isolation; passing: boolean },
): Record<string, string> {
  const { root, home, boot, path } = isolation.pathsInside(layout);
  return {
    LANG: "C.UTF-8",
    HOME: home,
    PATH: path,
    SHELL: "/bin/sh",
    HOST: host,
    ...spec.environment,
    FOGBANK_MACHINE_ID: spec.id,
    FOGBANK_CPUS: String(spec.cpus),
    FOGBANK_MEMORY_BYTES: String(spec.memoryBytes),
    [machineVariable]: layout.directory,
    FOGBANK_ROOT: root === "/" ? "" : root,
    FOGBANK_BOOT: boot,
    FOGBANK_ISOLATION: isolation.level,
    // As the machine numbers its processes; init itself tells those that it starts.
    ...(supervisor && { FOGBANK_INIT: root === "/" ? "1" : String(supervisor.pid) }),
    FOGBANK_LEASE: passing ? "1" : "0",
  };
}
