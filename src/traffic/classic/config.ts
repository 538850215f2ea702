/** What the data plane of classic load balancers is told and what it tells: plain data, so that it can cross a thread. */
import type { Reach } from "#compute/driver.ts";
import type { BoundAddress, TlsConfig } from "../application/config.ts";
import type { InboundRule } from "../door.ts";
import type { DesyncMode } from "../application/desync.ts";

/** Durations are wall time: the data plane knows no other. */
export interface ClassicBalancerConfig {
  id: string;
  /** As access logs call it. */
  name: string;
  /** The address of the balancer's own on which its listeners should be bound. */
  loopbackHost: string;
  /** Of its security groups; without them everybody comes in. */
  inbound?: readonly InboundRule[] | undefined;
  /** What clients are called instead of the address that they connect from. */
  clientNames?: Readonly<Record<string, string>>;
  /** The zones its nodes stand in; connections are spread over them. */
  zones: string[];
  /** Nodes send to instances of every zone. */
  crossZone: boolean;
  idleTimeoutMs: number;
  /** Keeps cookies unreadable and unforgeable; 32 bytes in hexadecimal. */
  secret: string;
  desync: DesyncMode;
  /** Keeps a line of each request. */
  accessLog: boolean;
  /** What is under way at an instance that became unhealthy is broken off. */
  cutsUnhealthy: boolean;
  listeners: ClassicListenerConfig[];
  instances: ClassicInstanceConfig[];
}

export type ClassicProtocol = "HTTP" | "HTTPS" | "TCP" | "SSL";

export interface ClassicListenerConfig {
  port: number;
  protocol: ClassicProtocol;
  /** Where it was bound before, to be bound again. */
  bound: BoundAddress | undefined;
  /** Of HTTPS and SSL. */
  tls: TlsConfig | undefined;
  instancePort: number;
  /** Speaks TLS to instances; undefined for none. */
  backend: BackendTls | undefined;
  /** Tells instances who the client is, in a line before a connection's own bytes. */
  proxyProtocol: boolean;
  stickiness: ClassicStickiness | undefined;
}

export interface BackendTls {
  /** Public keys that instances must have one of, DER in base64; undefined accepts every certificate. */
  trustedKeys: string[] | undefined;
}

export type ClassicStickiness =
  /** Undefined lasts as long as the browser's session. */
  | { type: "balancer"; durationMs: number | undefined }
  | { type: "application"; cookieName: string };

export interface ClassicInstanceConfig {
  id: string;
  zone: string;
  state: "in-service" | "out-of-service" | "draining";
  /** By instance port; none when the machine cannot be reached at present. */
  reaches: Record<number, Reach | undefined>;
}

export interface ClassicHealthCheck {
  /** Whose instance it is, and in which zone. */
  id: string;
  zone: string;
  protocol: ClassicProtocol;
  reach: Reach;
  /** What the instance is told as Host: its address and port. */
  host: string;
  /** Of HTTP and HTTPS. */
  path: string;
  timeoutMs: number;
}

/** Counts since the last report. */
export interface ClassicReport {
  id: string;
  zones: Record<string, ClassicCounts>;
}

export interface ClassicCounts {
  requests: number;
  /** Between the request to the instance and its answer's head, or until connected: seconds, rounded, and how often. */
  latencies: Record<string, number>;
  /** Answers of instances by first digit. */
  backendClasses: Record<number, number>;
  /** Answers of the balancer's own by status. */
  answers: Record<number, number>;
  backendConnectionErrors: number;
  /** Requests that depart from RFC 7230. */
  nonCompliantRequests: number;
  /** The longest that the queue has been. */
  surgePeak: number;
  spillover: number;
  newConnections: number;
  /** At the moment of the report. */
  activeConnections: number;
  processedBytes: number;
}

/** What one node of a balancer logged. */
export interface ClassicLog {
  id: string;
  zone: string;
  lines: string[];
}

/** Its engine's methods. */
export interface ClassicPlane {
  /**
   * Makes the balancer serve exactly this; what is under way is not disturbed. Gives where its
   * listeners are bound, in their order.
   */
  configureClassic(config: ClassicBalancerConfig): Promise<BoundAddress[]>;
  /** Requests under way have a second to end; gives the lines since they were last asked for. */
  removeClassic(id: string): Promise<ClassicLog[]>;
  /** Whether the instance passed. */
  checkClassic(check: ClassicHealthCheck): Promise<boolean>;
  /** How many requests and connections a draining instance has still; undefined while it is not draining here. */
  underWayClassic(asked: { id: string; instanceId: string }): Promise<number | undefined>;
  reportClassic(): Promise<ClassicReport[]>;
  /** The lines since the last call. */
  classicLogs(): Promise<ClassicLog[]>;
  close(): Promise<void>;
}
