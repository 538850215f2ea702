/** The machine that an instance asks of the compute driver. */
import type { MachineSpec } from "#compute/driver.ts";
import type { MachineVolume } from "#compute/volumes/volume-driver.ts";
import type { Scope } from "#store/collection.ts";
import type { InstanceRecord } from "./records.ts";

/** Labels by which a machine is found again after a crash. */
const labels = {
  service: "fogbank:service",
  account: "fogbank:account",
  region: "fogbank:region",
} as const;

/**
 * What every process of an instance sees: unmodified SDKs and CLIs find their region, Fogbank
 * instead of AWS, and the instance's metadata (and through it the role's credentials).
 */
export function machineEnvironment(
  scope: Scope,
  endpoint: string,
  metadataEndpoint: string | undefined,
): Record<string, string> {
  return {
    AWS_REGION: scope.region,
    AWS_DEFAULT_REGION: scope.region,
    AWS_ENDPOINT_URL: endpoint,
    ...(metadataEndpoint !== undefined && {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadataEndpoint,
    }),
  };
}

export function machineSpec(
  scope: Scope,
  instance: InstanceRecord,
  environment: Record<string, string>,
  network: MachineSpec["network"],
  volumes: readonly MachineVolume[],
): MachineSpec {
  return {
    id: instance.instanceId,
    image: instance.machineImage,
    ...(instance.userData && { userData: instance.userData }),
    environment,
    ...(instance.publicKey !== undefined && { publicKey: instance.publicKey }),
    cpus: instance.vcpus,
    memoryBytes: instance.memoryBytes,
    hostname: instance.privateDnsName,
    privateIp: instance.privateIp,
    ...(network && { network }),
    volumes,
    labels: {
      [labels.service]: "ec2",
      [labels.account]: scope.account,
      [labels.region]: scope.region,
    },
  };
}

/** The scope of the instance that a machine belongs to; undefined for machines of other services. */
export function scopeOfMachine(found: Record<string, string>): Scope | undefined {
  const { [labels.service]: service, [labels.account]: account, [labels.region]: region } = found;
  return service === "ec2" && account && region ? { account, region } : undefined;
}
