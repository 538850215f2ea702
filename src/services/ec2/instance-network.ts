/**
 * What instances need of the network, as one interface between the two halves of EC2. The network
 * keeps the records of interfaces, addresses and groups and exports `instanceNetwork` from
 * network/instance-network.ts; instances keep only ids and ask for the rest.
 */
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";

/** One interface of a new instance, from RunInstances' NetworkInterfaces or its top-level members. */
export interface InterfaceRequest {
  instanceId: string;
  deviceIndex: number;
  /** An interface that exists already and is free; the members about making one are then unset. */
  networkInterfaceId?: string;
  /** Without it: the default subnet of the zone given, or of the region's first zone. */
  subnetId?: string;
  availabilityZone?: string;
  securityGroupIds?: readonly string[];
  securityGroupNames?: readonly string[];
  /** Without it: any address of the subnet. */
  privateIp?: string | undefined;
  secondaryIps?: readonly string[];
  /** Secondary addresses that the subnet chooses. */
  secondaryCount?: number;
  /** Undefined: the subnet's MapPublicIpOnLaunch decides. */
  associatePublicIp?: boolean;
  description?: string;
  deleteOnTermination: boolean;
  tags: Tags;
}

/** An attached interface with what DescribeInstances and instance metadata say of it. */
export interface InterfaceFacts {
  networkInterfaceId: string;
  attachmentId: string;
  deviceIndex: number;
  deleteOnTermination: boolean;
  attachedMs: number;
  description: string;
  subnetId: string;
  vpcId: string;
  availabilityZone: string;
  /** "02:1a:…" */
  macAddress: string;
  privateIp: string;
  /** "ip-172-31-0-9.ec2.internal"; ".us-west-2.compute.internal" elsewhere. */
  privateDnsName: string;
  secondaryPrivateIps: readonly string[];
  publicIp: string | undefined;
  /** "ec2-54-…compute-1.amazonaws.com"; undefined where the VPC has no DNS host names. */
  publicDnsName: string | undefined;
  /** "amazon", or the account for an Elastic IP address. */
  publicIpOwner: string | undefined;
  groups: readonly { groupId: string; groupName: string }[];
  sourceDestCheck: boolean;
}

export interface NetworkEnvironment {
  random: Random;
  now: number;
}

export interface InstanceNetwork {
  /**
   * Makes (or takes) the interfaces, allocates their addresses and attaches them: all or nothing.
   * Throws AWS's errors: InvalidSubnetID.NotFound, InvalidGroup.NotFound, InvalidIPAddress.InUse,
   * InsufficientFreeAddressesInSubnet, VPCIdNotSpecified, InvalidNetworkInterface.InUse …
   */
  attach(
    tx: Transaction,
    scope: Scope,
    env: NetworkEnvironment,
    requests: readonly InterfaceRequest[],
  ): Promise<InterfaceFacts[]>;
  /** The interfaces of one instance in order of device index; of all instances by instance id. */
  interfacesOf(tx: Transaction, scope: Scope, instanceId: string): Promise<InterfaceFacts[]>;
  allInterfaces(tx: Transaction, scope: Scope): Promise<Map<string, InterfaceFacts[]>>;
  /** At termination: deletes the interfaces that go with the instance, detaches the others. */
  release(tx: Transaction, scope: Scope, instanceId: string): Promise<void>;
  /** At stop: gives the public address back that AWS lent; an Elastic IP address stays. */
  releasePublicIps(tx: Transaction, scope: Scope, instanceId: string): Promise<void>;
  /** At start: lends a new public address where the instance had one at its launch. */
  assignPublicIps(
    tx: Transaction,
    scope: Scope,
    env: NetworkEnvironment,
    instanceId: string,
  ): Promise<void>;
  /** ModifyInstanceAttribute on the primary interface. Throws InvalidGroup.NotFound. */
  setGroups(
    tx: Transaction,
    scope: Scope,
    instanceId: string,
    groupIds: readonly string[],
  ): Promise<void>;
  setSourceDestCheck(
    tx: Transaction,
    scope: Scope,
    instanceId: string,
    enabled: boolean,
  ): Promise<void>;
}
