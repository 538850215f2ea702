/** What the cloud's network lets through to and from machines, as drivers are told it: addresses and numbers only. */

/** A network with everything that stands in it. Its latest description is the whole truth about it. */
export interface GuardedNetwork {
  /** Such as a VPC's id. */
  id: string;
  members: readonly NetworkMember[];
  /** By the machine's id; a machine of the network without rules is not guarded. */
  machines: ReadonlyMap<string, MachineRules>;
}

/** Something that sends and receives under an address of the network. */
export interface NetworkMember {
  privateIp: string;
  /** A machine of the driver's, or another program of this host that connects from an address of its own. */
  at: { machineId: string } | { host: string };
  groups: readonly string[];
}

export interface MachineRules {
  /** The first is the primary one. */
  privateIps: readonly string[];
  ingress: readonly PacketRule[];
  egress: readonly PacketRule[];
  /** Judges every packet to and from beyond the subnet by itself, before the rules; undefined lets all pass. */
  acl?: { subnet: string; ingress: readonly AclRule[]; egress: readonly AclRule[] } | undefined;
  /** Where packets for addresses outside the network go; the most specific comes first, and what none names goes nowhere. */
  routes: readonly PacketRoute[];
  /** Where the network's resolver answers, port 53. */
  resolvers: readonly string[];
  /** Other networks whose members it reaches under their private addresses. */
  reaches: readonly string[];
}

/** What packets a rule is about; members that are unset do not narrow it. */
export interface PacketMatch {
  /** IANA's number. */
  protocol?: number | undefined;
  /** Destination ports, both included. */
  ports?: { from: number; to: number } | undefined;
  icmp?: { type: number; code?: number | undefined } | undefined;
}

/** Lets packets through, and the answers to them. */
export interface PacketRule extends PacketMatch {
  /** IPv4 ranges; with the groups, whoever is in one of them. */
  cidrs: readonly string[];
  groups: readonly string[];
}

/** The first that matches decides; what none matches is dropped. */
export interface AclRule extends PacketMatch {
  cidr: string;
  allow: boolean;
}

export interface PacketRoute {
  cidr: string;
  to: "network" | "outside" | "nowhere";
}

/** A conversation of a machine in one direction, as its packets were seen; counted from when it was first seen. */
export interface PacketFlow {
  direction: "ingress" | "egress";
  accepted: boolean;
  protocol: number;
  remoteIp: string;
  remotePort: number;
  localPort: number;
  packets: number;
  bytes: number;
  /** Bits of TCP's SYN (2), FIN (1) and RST (4) that were seen. */
  tcpFlags: number;
}

/** The numbers that rules are written with. */
export const protocolNumbers = { icmp: 1, tcp: 6, udp: 17 } as const;
