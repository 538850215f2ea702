import type { MachineSpec } from "../driver.ts";

/** A machine of one processor and 512 MiB, for tests that do not mind which; `given` says what matters. */
export function machineSpec(id: string, given: Partial<MachineSpec> = {}): MachineSpec {
  return {
    id,
    image: { id: "ami-base" },
    environment: {},
    cpus: 1,
    memoryBytes: 512 * 1024 ** 2,
    hostname: "ip-10-0-0-9.ec2.internal",
    privateIp: "10.0.0.9",
    labels: {},
    ...given,
  };
}
