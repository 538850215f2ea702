/** EC2's memory that may be lost. */
import type { Environment } from "#services/kit/service.ts";
import { createMetadataServers, type MetadataServers } from "./dataplane/metadata-servers.ts";
import { createRecordSource } from "./dataplane/record-source.ts";
import { createNetworkKeeper, type NetworkKeeper } from "./network/guard/keeper.ts";

export interface Ec2State {
  /** Instances that the reconciler has looked at since Fogbank started. */
  readonly seenMachines: Set<string>;
  readonly metadata: MetadataServers;
  readonly network: NetworkKeeper;
  /** Ends what was begun for this state. */
  readonly endings: (() => void | Promise<void>)[];
}

export function createState(env: Environment): Ec2State {
  const metadata = createMetadataServers(env, createRecordSource(env.store));
  const network = createNetworkKeeper(env);
  return { seenMachines: new Set(), metadata, network, endings: [() => metadata.stop()] };
}
