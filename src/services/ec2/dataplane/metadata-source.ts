/** What the metadata server asks EC2 about an instance, as plain facts. */
import type { Scope } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";
import type { InstanceEventRecord } from "../instance-events/records.ts";
import type { InstancePlacement, MetadataOptions } from "../instances/records.ts";

export interface MetadataInterface {
  networkInterfaceId: string;
  deviceIndex: number;
  macAddress: string;
  subnetId: string;
  subnetCidr: string | undefined;
  vpcId: string;
  vpcCidrs: readonly string[];
  /** The primary one first. */
  privateIps: readonly string[];
  privateDnsName: string;
  publicIp: string | undefined;
  publicDnsName: string | undefined;
  groups: readonly { groupId: string; groupName: string }[];
}

export interface MetadataSpot {
  /** When EC2 recommended to rebalance. */
  rebalanceMs?: number;
  /** From two minutes before the interruption on. */
  interruption?: { action: "terminate" | "stop"; timeMs: number };
}

export interface MetadataFacts {
  instanceId: string;
  accountId: string;
  region: string;
  zone: string;
  zoneId: string | undefined;
  imageId: string;
  launchIndex: number;
  launchedMs: number;
  instanceType: string;
  architecture: string;
  reservationId: string;
  privateIp: string;
  privateDnsName: string;
  /** In order of device index. */
  interfaces: readonly MetadataInterface[];
  /** Device names as block-device-mapping lists them: "ami" and "root", then "ebs1" and so on. */
  rootDeviceName: string;
  otherDeviceNames: readonly string[];
  /** The line for authorized_keys, by the key pair's name. */
  publicKey: { name: string; line: string } | undefined;
  profile: { arn: string; id: string; name: string } | undefined;
  userData: Uint8Array | undefined;
  tags: Tags;
  /** Scheduled ones and those that are over, in the order of their times. */
  events: readonly InstanceEventRecord[];
  placement: InstancePlacement | undefined;
  /** "nitro" or "xen". */
  hypervisor: string;
  monitoring: boolean;
  /** Undefined for an instance on demand. */
  spot: MetadataSpot | undefined;
  options: MetadataOptions;
}

export interface MetadataSource {
  /** Undefined for an instance that is not there (any more). */
  describe(scope: Scope, instanceId: string): Promise<MetadataFacts | undefined>;
  /** Every instance that should be able to ask for its metadata. */
  list(): Promise<{ scope: Scope; instanceId: string }[]>;
}
