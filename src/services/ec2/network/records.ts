/** What the network keeps, per account and region. Every id is the record's key. */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

export interface VpcRecord {
  vpcId: string;
  isDefault: boolean;
  /** The first is the primary one. */
  cidrs: { associationId: string; cidr: string }[];
  dhcpOptionsId: string;
  instanceTenancy: "default" | "dedicated";
  enableDnsSupport: boolean;
  enableDnsHostnames: boolean;
  enableUsageMetrics: boolean;
  ipv6Cidrs?: Ipv6Association[];
  tags: Tags;
}

export interface Ipv6Association {
  associationId: string;
  cidr: string;
}

export interface SubnetRecord {
  subnetId: string;
  vpcId: string;
  cidr: string;
  zoneName: string;
  zoneId: string;
  defaultForAz: boolean;
  mapPublicIpOnLaunch: boolean;
  hostnameType: "ip-name" | "resource-name";
  resourceNameARecord: boolean;
  ipv6Cidrs?: Ipv6Association[];
  assignsIpv6?: boolean;
  /** It has no IPv4 range: `cidr` is empty. */
  ipv6Native?: boolean;
  enableDns64?: boolean;
  resourceNameAaaaRecord?: boolean;
  tags: Tags;
}

export interface InternetGatewayRecord {
  internetGatewayId: string;
  vpcId?: string;
  tags: Tags;
}

export interface DhcpOptionsRecord {
  dhcpOptionsId: string;
  configurations: { key: string; values: string[] }[];
  tags: Tags;
}

/** Exactly one of the targets is set; a local route has "local" as its gateway. */
export interface RouteTarget {
  gatewayId?: string;
  natGatewayId?: string;
  networkInterfaceId?: string;
  instanceId?: string;
  vpcPeeringConnectionId?: string;
  egressOnlyGatewayId?: string;
  carrierGatewayId?: string;
}

export interface RouteRecord extends RouteTarget {
  /** An IPv4 or IPv6 block, or a prefix list's id. */
  destination: string;
  origin: "CreateRouteTable" | "CreateRoute";
}

export interface RouteTableRecord {
  routeTableId: string;
  vpcId: string;
  routes: RouteRecord[];
  associations: { associationId: string; main: boolean; subnetId?: string; gatewayId?: string }[];
  /** Virtual private gateways whose routes would come by themselves. */
  propagatingGatewayIds?: string[];
  tags: Tags;
}

export interface AclEntry {
  ruleNumber: number;
  /** "-1" for all, "6" for TCP … */
  protocol: string;
  action: "allow" | "deny";
  egress: boolean;
  cidr?: string;
  ipv6Cidr?: string;
  icmp?: { type: number; code: number };
  ports?: { from: number; to: number };
}

export interface NetworkAclRecord {
  networkAclId: string;
  vpcId: string;
  isDefault: boolean;
  entries: AclEntry[];
  associations: { associationId: string; subnetId: string }[];
  tags: Tags;
}

export interface SecurityGroupRecord {
  groupId: string;
  groupName: string;
  description: string;
  vpcId: string;
  tags: Tags;
}

export interface SecurityGroupRuleRecord {
  ruleId: string;
  groupId: string;
  /** Rules are shown in the order in which they were added to their group. */
  order: number;
  isEgress: boolean;
  /** "tcp", "udp", "icmp", "icmpv6", "-1" or a protocol's number. */
  protocol: string;
  /** -1 where the protocol has no ports. */
  fromPort: number;
  toPort: number;
  /** Exactly one of these four says who the peer is. */
  cidrIpv4?: string;
  cidrIpv6?: string;
  prefixListId?: string;
  /** `groupName` where the rule was made with the group's name. */
  peerGroup?: { groupId: string; account: string; groupName?: string };
  description?: string;
  tags: Tags;
}

export interface InterfaceAttachment {
  attachmentId: string;
  /** Undefined where a service (a NAT gateway, an endpoint) holds the interface. */
  instanceId?: string;
  /** Whose machine it is attached to, where that is no instance of the account; "amazon-aws" unless given. */
  ownerId?: string;
  deviceIndex: number;
  attachedMs: number;
  deleteOnTermination: boolean;
}

export interface PrivateAddress {
  address: string;
  /** The Elastic IP address that is associated with it. */
  elastic?: { publicIp: string; allocationId: string; associationId: string };
}

export interface NetworkInterfaceRecord {
  networkInterfaceId: string;
  subnetId: string;
  vpcId: string;
  zoneName: string;
  description: string;
  groups: string[];
  macAddress: string;
  /** The first is the primary one. */
  privateIps: PrivateAddress[];
  ipv6Addresses?: string[];
  /** A public address that AWS lent for as long as the instance runs. */
  lentPublicIp?: string;
  /** A new one is lent at each start. */
  lendsPublicIp: boolean;
  sourceDestCheck: boolean;
  interfaceType: "interface" | "nat_gateway" | "vpc_endpoint" | "network_load_balancer";
  /** Held by a service, which alone may change it. */
  requesterId?: string;
  attachment?: InterfaceAttachment;
  tags: Tags;
}

export interface AddressRecord {
  allocationId: string;
  publicIp: string;
  association?: { associationId: string; networkInterfaceId: string; privateIp: string };
  /** Its reverse DNS name, with a dot at the end. */
  domainName?: string;
  tags: Tags;
}

export interface NatGatewayRecord {
  natGatewayId: string;
  subnetId: string;
  vpcId: string;
  connectivityType: "public" | "private";
  state: "pending" | "failed" | "available" | "deleting" | "deleted";
  /** Why it failed: AWS's code and message. */
  failure?: { code: string; message: string };
  createdMs: number;
  /** When the state was entered. */
  sinceMs: number;
  deletedMs?: number;
  networkInterfaceId: string;
  privateIp: string;
  publicIp?: string;
  allocationId?: string;
  associationId?: string;
  /** Its further addresses, on the same interface. */
  secondary?: NatAddress[];
  tags: Tags;
}

export interface NatAddress {
  privateIp: string;
  publicIp?: string;
  allocationId?: string;
  associationId?: string;
}

export interface VpcEndpointRecord {
  vpcEndpointId: string;
  vpcId: string;
  type: "Gateway" | "Interface";
  serviceName: string;
  /** Endpoints of an account's own services wait for their owner's word, where it asks for that. */
  state: "pendingAcceptance" | "available" | "rejected";
  createdMs: number;
  policyDocument: string;
  routeTableIds: string[];
  subnetIds: string[];
  groupIds: string[];
  networkInterfaceIds: string[];
  /** Of an interface endpoint's subnets. */
  zoneNames?: string[];
  privateDnsEnabled: boolean;
  tags: Tags;
}

/** Kept at both ends, each with its own tags. */
export interface PeeringRecord {
  peeringId: string;
  requesterVpcId: string;
  accepterVpcId: string;
  /** Where the VPCs are; undefined where the record itself is. */
  requesterScope?: { account: string; region: string };
  accepterScope?: { account: string; region: string };
  requesterResolvesDns?: boolean;
  accepterResolvesDns?: boolean;
  status: "pending-acceptance" | "active" | "rejected" | "deleted" | "failed" | "expired";
  statusMessage: string;
  /** When the status was entered. */
  sinceMs: number;
  expiresMs: number;
  tags: Tags;
}

/** Made once, so that a default VPC that was deleted does not come back by itself. */
export interface RegionRecord {
  defaultsMade: true;
}

export const regionRecords = collection<RegionRecord>("ec2", "network-region");
export const vpcs = collection<VpcRecord>("ec2", "vpc");
export const subnets = collection<SubnetRecord>("ec2", "subnet");
export const internetGateways = collection<InternetGatewayRecord>("ec2", "internet-gateway");
export const dhcpOptions = collection<DhcpOptionsRecord>("ec2", "dhcp-options");
export const routeTables = collection<RouteTableRecord>("ec2", "route-table");
export const networkAcls = collection<NetworkAclRecord>("ec2", "network-acl");
export const securityGroups = collection<SecurityGroupRecord>("ec2", "security-group");
export const groupRules = collection<SecurityGroupRuleRecord>("ec2", "security-group-rule");
export const interfaces = collection<NetworkInterfaceRecord>("ec2", "network-interface");
export const addresses = collection<AddressRecord>("ec2", "elastic-ip");
export const natGateways = collection<NatGatewayRecord>("ec2", "nat-gateway");
export const vpcEndpoints = collection<VpcEndpointRecord>("ec2", "vpc-endpoint");
export const peerings = collection<PeeringRecord>("ec2", "vpc-peering-connection");

/** Private addresses in use, by subnet and the address as a number, with their interface. */
export const privateIps = collection<string>("ec2", "private-ip");
/** Public addresses in use, with what holds them. */
export const publicIps = collection<string>("ec2", "public-ip");
/** Elastic IP addresses that the account released, which it may ask back. */
export const releasedIps = collection<true>("ec2", "released-ip");
/** An instance's interfaces, by instance and device index. */
export const instanceInterfaces = collection<string>("ec2", "instance-interface");
