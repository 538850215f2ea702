/**
 * What the layer-4 data plane is told and what it tells: plain data, so that it can cross a thread.
 * A network load balancer is one; a classic one's TCP and SSL listeners are, too (one node,
 * `algorithm: "round_robin"`, `proxyProtocol: 1`).
 */
import type { Reach } from "#compute/driver.ts";
import type { InboundRule } from "../door.ts";
import type {
  BoundAddress,
  BoundListener,
  HealthCheckResult,
  TlsConfig,
} from "../application/config.ts";

/** Durations are wall time: the data plane knows no other. */
export interface NetworkBalancerConfig {
  arn: string;
  /** One per zone, each with an address of its own on which its listeners should be bound. */
  nodes: { zone: string; host: string }[];
  /** The first node's listeners are bound on the loopback address of IPv6, too. */
  ipv6?: boolean | undefined;
  /** Of its security groups; without them everybody comes in. */
  inbound?: readonly InboundRule[] | undefined;
  /** What clients are called instead of the address that they connect from. */
  clientNames?: Readonly<Record<string, string>>;
  /** Keeps a record of each flow that ended over these listeners, by ARN; see `flowRecords`. */
  recorded: string[];
  listeners: NetworkListenerConfig[];
  targetGroups: NetworkTargetGroupConfig[];
}

export type NetworkProtocol = "TCP" | "UDP" | "TCP_UDP" | "TLS";

/** What a flow is, to be counted: a TCP_UDP listener has flows of both kinds. */
export type FlowKind = "TCP" | "UDP" | "TLS";

export interface NetworkListenerConfig {
  arn: string;
  protocol: NetworkProtocol;
  port: number;
  /** Where it was bound before, by zone, to be bound again. */
  bound: Record<string, BoundListener>;
  /** Of a TLS listener. */
  tls: TlsConfig | undefined;
  /** Protocols that TLS offers, in order of preference; empty for no ALPN at all. */
  alpn: string[];
  /** A connection without a byte for so long is reset at both ends. */
  idleTimeoutMs: number;
  /** A flow of datagrams ends after so long without one. */
  datagramTimeoutMs: number;
  /** The first one for a client's address decides, in place of the listener's own groups. */
  rules?: { family: "ipv4" | "ipv6"; groups: WeightedGroup[] }[];
  /** New flows are spread over these by weight. */
  groups: WeightedGroup[];
}

export interface WeightedGroup {
  arn: string;
  weight: number;
}

export interface NetworkTargetGroupConfig {
  arn: string;
  /** Speaks TLS to its targets; their certificates are not checked. */
  tls: boolean;
  /** `flow_hash`: by a hash of the protocol and both ends, so by chance; `round_robin`: in turn. */
  algorithm: "flow_hash" | "round_robin";
  /** Clients of one address come to the same target while that is healthy. */
  sourceIpStickiness: boolean;
  /** Nodes send to targets of every zone. */
  crossZone: boolean;
  /** The header that goes before a connection's own bytes; 1 is text, 2 is binary. */
  proxyProtocol: 1 | 2 | undefined;
  /** Targets see the client's address, where both are loopback addresses: elsewhere it cannot be. */
  preserveClientIp: boolean;
  /** Flows are reset when their target leaves the group; else they live until their ends end them. */
  resetsDeregistered: boolean;
  /** How long after a target became unhealthy its flows are reset; undefined for never. */
  unhealthyResetMs: number | undefined;
  /** Below so many healthy targets, traffic goes to all of them. */
  minimumHealthy: { count: number; percentage: number };
  targets: NetworkTargetConfig[];
}

export interface NetworkTargetConfig {
  /** "i-…:80" or "10.0.0.1:80": unique within its group. */
  key: string;
  /** "all" belongs to every zone. */
  zone: string;
  /** Undefined when the machine cannot be reached at present. */
  reach: Reach | undefined;
  /** Security groups do not let the balancer connect to it; its reach is undefined then. */
  blocked?: boolean;
  /** It is shown the balancer's address though its group preserves clients'. */
  hidesClient?: boolean;
  state: "initial" | "healthy" | "unhealthy" | "draining";
}

/** Counts since the last report. */
export interface NetworkReport {
  arn: string;
  nodes: { zone: string; kind: FlowKind; counts: FlowCounts }[];
  /** By target group and the target's zone. */
  groups: { arn: string; zone: string; kind: FlowKind; counts: GroupCounts }[];
}

export interface FlowCounts {
  newFlows: number;
  /** At the moment of the report. */
  activeFlows: number;
  /** Payload of both directions; TLS's after decryption. */
  processedBytes: number;
  /** Datagrams of both directions. Connections have none: their packets are the kernel's. */
  processedPackets: number;
  /** Datagrams per second in the busiest ten seconds. */
  peakPackets: number;
  /** Bytes per second in the busiest ten seconds of the zone, told with one of its kinds; half a second late for connections. */
  peakBytes: number;
  clientResets: number;
  targetResets: number;
  /** By the balancer itself: idle connections, targets that are gone, no target at all. */
  balancerResets: number;
  /** No target was there for them. */
  rejectedFlows: number;
  /** No port was left to connect to the target from. */
  portErrors: number;
  /** What security groups did not let in, and what they did not let go to a target. */
  blockedInbound: number;
  blockedOutbound: number;
  /** Sent to an unhealthy target since too few were healthy. */
  unhealthyRoutedFlows: number;
  clientTlsErrors: number;
  targetTlsErrors: number;
}

export interface GroupCounts {
  newFlows: number;
  /** At the moment of the report. */
  activeFlows: number;
  /** Targets that did not accept a connection, or in time. */
  connectionErrors: number;
}

/** A flow that ended. Times are wall time, milliseconds. */
export interface FlowRecord {
  listenerArn: string;
  zone: string;
  kind: FlowKind;
  client: BoundAddress;
  /** The address that the client connected to. */
  node: BoundAddress;
  /** Undefined when it came to none. */
  target: { groupArn: string; key: string; reach: Reach; connectMs: number } | undefined;
  startedMs: number;
  endedMs: number;
  /** From the client. */
  receivedBytes: number;
  /** To the client. */
  sentBytes: number;
  tls: TlsFacts | undefined;
}

export interface TlsFacts {
  /** Undefined when the handshake failed. */
  handshakeMs: number | undefined;
  /** OpenSSL's name. */
  cipher: string | undefined;
  version: string | undefined;
  serverName: string | undefined;
  certificateArn: string | undefined;
  certificateSerial: string | undefined;
  clientAlpn: string | undefined;
  targetAlpn: string | undefined;
  /** What the client offered, in its order. */
  offeredAlpn: string[] | undefined;
}

/** The methods of the layer-4 engine; `createPlane` has them besides those of the other. */
export interface NetworkPlane {
  /**
   * Makes the balancer serve exactly this; flows under way are not disturbed, save those whose
   * listener is gone, and those that their group's settings reset. Gives where its listeners are
   * bound, in their order, by zone.
   */
  configureNetwork(config: NetworkBalancerConfig): Promise<Record<string, BoundListener>[]>;
  /** Resets its flows and frees its ports; gives the records since they were last asked for. */
  removeNetwork(arn: string): Promise<FlowRecord[]>;
  /** Opens a connection, says what goes before all else if there is such, and closes it again. */
  checkTcp(check: {
    reach: Reach;
    timeoutMs: number;
    preface?: Uint8Array | undefined;
  }): Promise<HealthCheckResult>;
  reportNetwork(): Promise<NetworkReport[]>;
  /** The flows that ended since the last call, of the listeners in `recorded`. */
  flowRecords(): Promise<{ arn: string; records: FlowRecord[] }[]>;
}
