/** What the data plane is told and what it tells: plain data, so that it can cross a thread. */
import type { Reach } from "#compute/driver.ts";
import type { InboundRule } from "../door.ts";
import type { DesyncMode } from "./desync.ts";

/** Durations are wall time: the data plane knows no other. */
export interface BalancerConfig {
  arn: string;
  /** The name under which clients find it. */
  dnsName: string;
  /** The address of the balancer's own on which its listeners should be bound. */
  loopbackHost: string;
  /** Its listeners are bound on the loopback address of IPv6, too. */
  ipv6?: boolean | undefined;
  /** Of its security groups; without them everybody comes in. */
  inbound?: readonly InboundRule[] | undefined;
  /** What clients are called instead of the address that they connect from. */
  clientNames?: Readonly<Record<string, string>>;
  /** The zones its nodes stand in; connections are spread over them. */
  zones: string[];
  idleTimeoutMs: number;
  /** Keeps cookies unreadable and unforgeable; 32 bytes in hexadecimal. */
  secret: string;
  dropInvalidHeaders: boolean;
  forwardedFor: "append" | "preserve" | "remove";
  forwardedForPort: boolean;
  /** Tells targets the TLS version and cipher suite. */
  tlsHeaders: boolean;
  /** Offers HTTP/2 to clients over TLS. */
  http2: boolean;
  /** Passes on the Host field as it came, without the port of the listener. */
  preserveHost: boolean;
  /** Keeps a line of each request. */
  accessLog: boolean;
  /** How long a client's connection is used at most, whatever goes over it. */
  clientKeepAliveMs: number;
  /** What becomes of requests that readers could understand differently; "defensive" unless given. */
  desync?: DesyncMode;
  /** Keeps a line of each connection. */
  connectionLog?: boolean;
  listeners: ListenerConfig[];
  targetGroups: TargetGroupConfig[];
}

export interface ListenerConfig {
  arn: string;
  port: number;
  /** Where it was bound before, to be bound again. */
  bound: BoundListener | undefined;
  /** Undefined for plain HTTP. */
  tls: TlsConfig | undefined;
  /** Shows "Server: awselb/2.0" in answers of its own. */
  serverHeader: boolean;
  /** Fields that every answer carries in place of the target's own, names and values in turn. */
  responseFields: string[];
  /** Names that the balancer's own request fields have instead of the usual ones; usual ones in lower case. */
  renamed: Record<string, string>;
  /** In order of priority, the default rule last. */
  rules: RuleConfig[];
}

export interface TlsConfig {
  /** The default one first. */
  certificates: CertificateConfig[];
  minVersion: TlsVersion;
  maxVersion: TlsVersion;
  /** OpenSSL's names, in order of preference. */
  ciphers: string[];
  /** The client's order of preference counts. */
  clientsOrder?: boolean;
  mutual: MutualConfig | undefined;
}

export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** PEM. */
export interface CertificateConfig {
  /** Told in access logs. */
  arn?: string;
  certificate: string;
  chain: string;
  key: string;
}

export type MutualConfig =
  | { mode: "passthrough" }
  | {
      mode: "verify";
      authorities: string;
      /** Clients are told the names of the authorities. */
      namesAuthorities?: boolean;
      revocations: string[];
      ignoreExpiry: boolean;
    };

export interface BoundAddress {
  host: string;
  port: number;
}

/** Where a listener is bound; of a dualstack balancer twice. */
export interface BoundListener extends BoundAddress {
  ipv6?: BoundAddress | undefined;
}

export interface RuleConfig {
  arn: string;
  conditions: ConditionConfig[];
  action: ActionConfig;
  /** Undefined for a default rule. */
  priority?: number;
  /** Which users may get that far. */
  authentication?: OidcConfig | undefined;
  /** Which tokens may. */
  token?: TokenConfig | undefined;
  transforms?: TransformConfig[];
}

export interface TransformConfig {
  of: "host" | "url";
  regex: string;
  replacement: string;
}

export interface OidcConfig {
  issuer: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  userInfoEndpoint: string;
  clientId: string;
  clientSecret: string;
  cookieName: string;
  scope: string;
  sessionMs: number;
  extraParams: Record<string, string>;
  unauthenticated: "deny" | "allow" | "authenticate";
}

/** What a request's JSON Web Token must be like. */
export interface TokenConfig {
  /** Where the keys are that tokens are signed with. */
  keySetUrl: string;
  issuer: string;
  claims: TokenClaim[];
}

export interface TokenClaim {
  name: string;
  format: "single-string" | "string-array" | "space-separated-values";
  values: string[];
}

/** Values within a condition are alternatives; conditions of a rule must all hold. */
export type ConditionConfig =
  | {
      field: "host-header" | "path-pattern";
      values: string[];
      /** The values are regular expressions. */
      regex?: boolean;
    }
  | { field: "http-request-method" | "source-ip"; values: string[] }
  | { field: "http-header"; name: string; values: string[]; regex?: boolean }
  | { field: "query-string"; pairs: { key: string | undefined; value: string }[] };

export type ActionConfig =
  | { type: "forward"; groups: { arn: string; weight: number }[]; stickinessMs: number | undefined }
  | {
      type: "redirect";
      status: 301 | 302;
      protocol: string;
      host: string;
      port: string;
      path: string;
      query: string;
    }
  | { type: "fixed-response"; status: number; contentType: string; body: string };

export type ProtocolVersion = "HTTP1" | "HTTP2" | "GRPC";

export interface TargetGroupConfig {
  arn: string;
  /** Speaks TLS to its targets; their certificates are not checked. */
  tls: boolean;
  version: ProtocolVersion;
  algorithm: "round_robin" | "least_outstanding_requests" | "weighted_random";
  /** Its targets are bridges to functions, which tell by `function-failure.ts` what went wrong. */
  functions?: boolean;
  /** Takes traffic from targets that fail more than the others; of `weighted_random`. */
  anomalyMitigation?: boolean;
  slowStartMs: number;
  /** Nodes send to targets of every zone. */
  crossZone: boolean;
  stickiness:
    | { type: "lb_cookie"; durationMs: number }
    | { type: "app_cookie"; durationMs: number; cookieName: string }
    | undefined;
  /** Below so many healthy targets, traffic goes to all of them. */
  minimumHealthy: { count: number; percentage: number };
  targets: TargetConfig[];
}

export interface TargetConfig {
  /** "i-…:80" or "10.0.0.1:80": unique within its group. */
  key: string;
  zone: string;
  /** Undefined when the machine cannot be reached at present. */
  reach: Reach | undefined;
  /** Security groups do not let the balancer connect to it; its reach is undefined then. */
  blocked?: boolean;
  state: "initial" | "healthy" | "unhealthy" | "draining";
  /** Wall time since it became healthy, for slow start. */
  healthyForMs: number;
}

export interface HealthCheck {
  tls: boolean;
  version: ProtocolVersion;
  reach: Reach;
  /** What the target is told as Host: its address and port. */
  host: string;
  path: string;
  /** "200-299,301"; codes of gRPC where the version is that. */
  matcher: string;
  timeoutMs: number;
  /** Goes before the request, TLS too. */
  preface?: Uint8Array | undefined;
  /** Nothing newer is offered. */
  maxVersion?: TlsVersion | undefined;
}

export type HealthCheckResult =
  | { healthy: true; status?: number }
  | { healthy: false; reason: "timeout" | "failed" }
  | { healthy: false; reason: "mismatch"; status: number };

/** Counts since the last report. */
export interface BalancerReport {
  arn: string;
  zones: Record<string, NodeCounts>;
  /** By target group and the target's zone. */
  groups: { arn: string; zone: string; counts: TargetCounts }[];
  /** Capacity units at the busiest moment: the highest average of ten seconds. */
  peakUnits: number;
  /** Of the time since the last report, how much of a hundred the thread was busy, with all balancers' work. */
  busyPercentage: number;
}

/** What one node of a balancer logged. */
export interface BalancerLog {
  arn: string;
  kind: "access" | "connection";
  zone: string;
  lines: string[];
}

/** A target that fails more than the others of its group, or is on its way back from that. */
export interface Anomaly {
  group: string;
  /** The target's. */
  key: string;
  /** By the latest judgement. */
  anomalous: boolean;
  /** Traffic is being taken from it. */
  mitigated: boolean;
}

export interface NodeCounts {
  /** All that came. */
  requests: number;
  /** Those for which a target was chosen. */
  routedRequests: number;
  processedBytes: number;
  /** Those of the requests that came over IPv6, and of the bytes. */
  ipv6Requests: number;
  ipv6Bytes: number;
  /** Of the processed bytes, those to and from functions. */
  functionBytes: number;
  /** From clients and to targets. */
  newConnections: number;
  /** The same at the moment of the report. */
  activeConnections: number;
  rejectedConnections: number;
  tlsErrors: number;
  authErrors: number;
  authFailures: number;
  authSuccesses: number;
  /** Sessions whose access token was renewed. */
  authRefreshes: number;
  /** What a provider said of a user was too long. */
  authClaimsTooLong: number;
  ruleEvaluations: number;
  redirects: number;
  fixedResponses: number;
  /** Requests that RFC 7230 does not allow, refused or not. */
  nonCompliantRequests: number;
  /** Requests with fields of invalid names that were taken out. */
  invalidHeadersDropped: number;
  invalidHeadersForwarded: number;
  /** Redirects whose location would have been too long. */
  redirectsTooLong: number;
  /** Requests to sticky groups for which a target had to be chosen anew. */
  nonStickyRequests: number;
  /** Those among them whose group's stickiness goes by an application's cookie. */
  nonStickyByAppCookie: number;
  /** Milliseconds that identity providers took, and how often each was seen. */
  authLatencies: Record<string, number>;
  /** Answers of the balancer's own by status, redirects and fixed responses not among them. */
  answers: Record<number, number>;
}

export interface TargetCounts {
  /** For which one of the targets was chosen. */
  requests: number;
  grpcRequests: number;
  /** Those of the requests that came over IPv6. */
  ipv6Requests: number;
  connectionErrors: number;
  tlsErrors: number;
  /** Requests that were sent while too few targets were healthy. */
  unhealthyRouting: number;
  /** Invocations that failed through the function's fault. */
  functionUserErrors: number;
  /** Those that failed through no fault of the function. */
  functionInternalErrors: number;
  /** By first digit: 2, 3, 4, 5. */
  statusClasses: Record<number, number>;
  /** Seconds, rounded, and how often each was seen. */
  responseTimes: Record<string, number>;
}

export interface DataPlane {
  /**
   * Makes the balancer serve exactly this; requests under way are not disturbed. Gives where its
   * listeners are bound, in their order.
   */
  configure(config: BalancerConfig): Promise<BoundListener[]>;
  /** Requests under way have a second to end; gives the lines of all logs since they were last asked for. */
  remove(arn: string): Promise<BalancerLog[]>;
  check(check: HealthCheck): Promise<HealthCheckResult>;
  report(): Promise<BalancerReport[]>;
  /** The lines since the last call, of all kinds of logs. */
  accessLogs(): Promise<BalancerLog[]>;
  /** Of all groups. */
  anomalies(): Promise<Anomaly[]>;
  close(): Promise<void>;
}
