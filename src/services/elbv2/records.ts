/** What is stored of Elastic Load Balancing, and under which keys. */
import type {
  Action,
  RuleCondition,
  RuleTransform,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { collection } from "#store/collection.ts";
import type { InterfaceHolder } from "#services/kit/load-balancing/interfaces/reconciler.ts";
import type { Tags } from "#services/kit/tags.ts";
import type { BoundListener, ProtocolVersion } from "#traffic/application/config.ts";
import type { NetworkProtocol } from "#traffic/network/config.ts";

export interface LoadBalancerRecord {
  arn: string;
  /** An application load balancer's has none. */
  type?: "network";
  name: string;
  dnsName: string;
  scheme: "internet-facing" | "internal";
  vpcId: string;
  ipAddressType: "ipv4" | "dualstack" | "dualstack-without-public-ipv4";
  /** A dualstack network load balancer's nodes have prefixes for source NAT. */
  sourceNat?: true;
  securityGroups: string[];
  /** Of a network load balancer with groups: on unless given. */
  enforcesOnPrivateLink?: "on" | "off";
  zones: ZoneRecord[];
  createdMs: number;
  state: "provisioning" | "active" | "active_impaired" | "failed";
  /** Why it is impaired or has failed. */
  stateReason?: string;
  /** Attributes that differ from their defaults. */
  attributes: Record<string, string>;
  tags: Tags;
  /** 127.x.y.z of its own. */
  loopbackHost: string;
  capacity?: CapacityRecord;
  /** That it has left. */
  shiftedZone?: string;
  /** Seals its cookies; hexadecimal. */
  secret: string;
}

export interface ZoneRecord {
  zoneName: string;
  subnetId: string;
  /** Of a network load balancer. */
  node?: NodeRecord;
}

export interface NodeRecord {
  /** 127.x.y.z of its own. */
  loopbackHost: string;
  elasticIp?: { allocationId: string; address: string };
  /** Of an internal load balancer, where the request chose it. */
  privateAddress?: string;
  /** Where the request chose it. */
  ipv6Address?: string;
  sourceNatPrefix?: string;
}

/** Capacity that a load balancer is to have at least. */
export interface CapacityRecord {
  /** Undefined when it was given back. */
  units?: number;
  modifiedMs: number;
  /** When it was lowered. */
  decreasedMs: number[];
}

export interface ListenerRecord {
  arn: string;
  id: string;
  loadBalancerName: string;
  loadBalancerArn: string;
  port: number;
  protocol: "HTTP" | "HTTPS" | NetworkProtocol;
  /** Of an HTTPS or TLS listener. */
  tls?: ListenerTlsRecord;
  /** Of a TLS listener. */
  alpnPolicy?: AlpnPolicy;
  /** As AWS returns them, completed with defaults. */
  actions: Action[];
  defaultRuleArn: string;
  createdMs: number;
  attributes: Record<string, string>;
  tags: Tags;
  /** Of the default rule. */
  ruleTags: Tags;
  /** Where the data plane last bound it. */
  bound?: BoundListener;
  /** The same of a network load balancer's nodes. */
  boundByZone?: Record<string, BoundListener>;
}

export type AlpnPolicy = "HTTP1Only" | "HTTP2Only" | "HTTP2Optional" | "HTTP2Preferred" | "None";

export interface ListenerTlsRecord {
  sslPolicy: string;
  /** ARNs; the default one first. */
  certificates: string[];
  mutual?: MutualRecord;
}

export interface MutualRecord {
  mode: "passthrough" | "verify";
  trustStoreArn?: string;
  ignoreExpiry?: boolean;
  advertiseNames?: "on" | "off";
}

export interface TrustStoreRecord {
  arn: string;
  name: string;
  /** PEM, one certificate after the other. */
  bundle: string;
  certificateCount: number;
  nextRevocationId: number;
  revocations: { id: number; entries: number; pem: string }[];
  tags: Tags;
}

export interface RuleRecord {
  arn: string;
  listenerArn: string;
  priority: number;
  conditions: RuleCondition[];
  actions: Action[];
  transforms?: RuleTransform[];
  tags: Tags;
}

export interface HealthCheckSettings {
  protocol: "HTTP" | "HTTPS" | "TCP";
  /** "traffic-port" or a number. */
  port: string;
  path: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
  matcher: string;
  /** Functions need not be checked. */
  isDisabled?: boolean;
}

export interface TargetGroupRecord {
  arn: string;
  name: string;
  protocol: "HTTP" | "HTTPS" | NetworkProtocol;
  /** HTTP1 unless given. */
  version?: ProtocolVersion;
  /** 0 and "" where targets are functions. */
  port: number;
  vpcId: string;
  targetType: "instance" | "ip" | "alb" | "lambda";
  ipAddressType: "ipv4" | "ipv6";
  healthCheck: HealthCheckSettings;
  attributes: Record<string, string>;
  tags: Tags;
  createdMs: number;
}

export type TargetState =
  | "initial"
  | "healthy"
  | "unhealthy"
  | "unhealthy.draining"
  | "unused"
  | "draining";

export interface TargetHealthRecord {
  state: TargetState;
  reason?: string;
  description?: string;
}

export interface TargetRecord {
  /** An instance id, an IP address, or the ARN of an application load balancer or a function. */
  id: string;
  port: number;
  zone: string;
  registeredMs: number;
  health: TargetHealthRecord;
  healthySinceMs?: number;
  /** When its flows end, while it is unhealthy.draining. */
  unhealthyDrainingUntilMs?: number;
  /** Present from the deregistration on. */
  drainingUntilMs?: number;
  /** Deregistered because its instance was terminated: told only to who asks for it. */
  isTerminated?: true;
}

/** Where a load balancer's log goes. */
export interface LogPlace {
  bucket: string;
  prefix: string;
  /** The address of its node, which files of some logs are named after. */
  node?: string;
}

/** Lines of a log on their way to S3. */
export interface LogLinesRecord {
  /** The load balancer's, which may be gone when they are due, or log elsewhere. */
  arn: string;
  /** Stores of earlier versions do not say. */
  place?: LogPlace;
  lines: string[];
}

/** [name] */
export const loadBalancers = collection<LoadBalancerRecord>("elbv2", "load-balancer");
/** [load balancer's name, its id] */
export const interfaceHolders = collection<InterfaceHolder>("elbv2", "interface-holder");
/** [load balancer's name, listener's id] */
export const listeners = collection<ListenerRecord>("elbv2", "listener");
/** [load balancer's name, listener's id, rule's id] */
export const rules = collection<RuleRecord>("elbv2", "rule");
/** [name] */
export const trustStores = collection<TrustStoreRecord>("elbv2", "trust-store");
/** [name] */
export const targetGroups = collection<TargetGroupRecord>("elbv2", "target-group");
/** [target group's name, target's id, port] */
export const targets = collection<TargetRecord>("elbv2", "target");
/** [load balancer's name, kind of log, zone, time in milliseconds, a random part] */
export const logLines = collection<LogLinesRecord>("elbv2", "log-lines");
