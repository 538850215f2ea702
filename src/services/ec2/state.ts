/** EC2's memory that may be lost. */
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { InstanceRecord } from "./instances/records.ts";

export interface Ec2State {
  /** Instances that the reconciler has looked at since Fogbank started. */
  readonly seenMachines: Set<string>;
  /** Where an instance finds its metadata; undefined while there is no server for it. */
  metadataEndpoint(
    env: Environment,
    scope: Scope,
    instance: InstanceRecord,
  ): Promise<string | undefined>;
  endMetadata(instanceId: string): Promise<void>;
  /** Ends what `start` began. */
  readonly endings: (() => void | Promise<void>)[];
}

export function createState(): Ec2State {
  return {
    seenMachines: new Set(),
    metadataEndpoint: async () => undefined,
    endMetadata: async () => {},
    endings: [],
  };
}
