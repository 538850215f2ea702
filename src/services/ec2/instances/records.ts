/** Instances: what is desired of each, and how far its machine has come. */
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";
import { instanceIdMalformed, instanceNotFound } from "../errors.ts";
import { hasIdForm } from "../ids.ts";
import { tagOwner } from "../tags.ts";
import type { PrivateNames } from "./private-names.ts";

export type InstanceStateName =
  | "pending"
  | "running"
  | "stopping"
  | "stopped"
  | "shutting-down"
  | "terminated";

export interface StateReason {
  code: string;
  message: string;
}

export interface MetadataOptions {
  httpTokens: "optional" | "required";
  httpPutResponseHopLimit: number;
  httpEndpoint: "enabled" | "disabled";
  httpProtocolIpv6: "enabled" | "disabled";
  instanceMetadataTags: "enabled" | "disabled";
}

export interface ProfileAssociation {
  associationId: string;
  arn: string;
  /** AIPA… */
  id: string;
  /** The name, by which IAM finds the role. */
  name: string;
  associatedMs: number;
}

export interface InstanceBlockDevice {
  deviceName: string;
  volumeId: string;
  deleteOnTermination: boolean;
  attachedMs: number;
  /** Undefined: attached. */
  status?: "attaching" | "detaching";
}

/** How the instance's machine stands, written by the reconciler alone. */
export interface MachineFacts {
  /** The driver was asked to launch it, with success; its disk exists. */
  launched: boolean;
  launchFailures: number;
  /** The next attempt to launch comes no earlier. */
  retryAtMs?: number;
  /** Reboots done so far; behind `rebootsWanted` one is due. */
  rebootsDone: number;
  /** When the machine was found dead though it should run; undefined while all is well. */
  impairedMs?: number;
}

export interface InstancePlacement {
  groupId?: string;
  groupName?: string;
  partitionNumber?: number;
  hostId?: string;
  affinity?: "default" | "host";
}

export interface InstanceRecord {
  instanceId: string;
  reservationId: string;
  launchIndex: number;
  ownerId: string;
  requesterId?: string;
  clientToken?: string;

  state: InstanceStateName;
  stateReason?: StateReason;
  /** "User initiated (2026-01-05 12:00:00 GMT)"; empty while it runs undisturbed. */
  transitionReason: string;
  /** The last start. */
  launchedMs: number;
  /** When its present running phase began; status checks initialise from there. */
  runningMs?: number;
  terminatedMs?: number;
  /** Stop without asking the machine first. */
  forceStop?: boolean;
  rebootsWanted: number;
  machine: MachineFacts;

  imageId: string;
  /** What the driver boots. */
  machineImage: { id: string; reference?: string };
  architecture: string;
  bootMode?: string;
  instanceType: string;
  hypervisor: string;
  cores: number;
  threadsPerCore: number;
  /** What the machine may use: cores × threads, and the type's memory. */
  vcpus: number;
  memoryBytes: number;
  /** The Spot request that brought it; undefined for an instance on demand. */
  spotRequestId?: string;
  /** That request is persistent: the instance may be stopped. */
  spotPersistent?: true;
  cpuCredits?: "standard" | "unlimited";
  ebsOptimized: boolean;

  keyName?: string;
  /** The key pair's public half as it was at the launch: the line for authorized_keys. */
  publicKey?: string;
  userData?: Uint8Array;
  profile?: ProfileAssociation;
  metadataOptions: MetadataOptions;
  monitoring: boolean;
  shutdownBehavior: "stop" | "terminate";
  disableApiTermination: boolean;
  disableApiStop: boolean;
  autoRecovery: "default" | "disabled";

  zone: string;
  tenancy: string;
  placement?: InstancePlacement;
  /** What was asked about capacity reservations; "open" unless given. */
  reservationWish?:
    | { preference?: "open" | "none" | "capacity-reservations-only"; targetId?: string }
    | undefined;
  /** The capacity reservation that it runs in. */
  capacityReservationId?: string;
  subnetId: string;
  vpcId: string;
  /** The primary address, which stays for the instance's life. */
  privateIp: string;
  /** What the machine calls itself. */
  privateDnsName: string;
  privateNames?: PrivateNames;

  rootDeviceName: string;
  blockDevices: InstanceBlockDevice[];
  tags: Tags;
}

export const instances = collection<InstanceRecord>("ec2", "instance");

export const instanceTags = tagOwner({
  resourceType: "instance",
  prefix: "i",
  records: instances,
  notFound: instanceNotFound,
});

/** Throws InvalidInstanceID.Malformed or InvalidInstanceID.NotFound. */
export async function findInstance(
  tx: Transaction,
  scope: Scope,
  instanceId: string,
): Promise<InstanceRecord> {
  const [found] = await findInstances(tx, scope, [instanceId]);
  return found!;
}

/** The instances of these ids in the order given, each once. Throws as `findInstance`. */
export async function findInstances(
  tx: Transaction,
  scope: Scope,
  instanceIds: readonly string[],
): Promise<InstanceRecord[]> {
  for (const id of instanceIds) if (!hasIdForm(id, "i")) throw instanceIdMalformed(id);
  const found: InstanceRecord[] = [];
  const missing: string[] = [];
  for (const id of new Set(instanceIds)) {
    const instance = await instances.get(tx, scope, id);
    if (instance) found.push(instance);
    else missing.push(id);
  }
  if (missing.length > 0) throw instanceNotFound(missing);
  return found;
}

/** Writes the instance with these members changed and gives it back; undefined takes a member away. */
export function changeInstance(
  tx: Transaction,
  scope: Scope,
  instance: InstanceRecord,
  changes: Partial<InstanceRecord>,
): InstanceRecord {
  const changed = Object.fromEntries(
    Object.entries({ ...instance, ...changes }).filter(([, value]) => value !== undefined),
  ) as unknown as InstanceRecord;
  instances.put(tx, scope, [instance.instanceId], changed);
  return changed;
}
