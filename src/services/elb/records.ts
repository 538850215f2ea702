/** What is stored of Classic Load Balancers, and under which keys. */
import type { BoundAddress } from "#traffic/application/config.ts";
import type { DesyncMode } from "#traffic/application/desync.ts";
import { collection } from "#store/collection.ts";
import type { InterfaceHolder } from "#services/kit/load-balancing/interfaces/reconciler.ts";
import type { Tags } from "#services/kit/tags.ts";

export type Protocol = "HTTP" | "HTTPS" | "TCP" | "SSL";

export interface LoadBalancerRecord {
  name: string;
  /** Tells one from another that had its name before. */
  id: string;
  dnsName: string;
  scheme: "internet-facing" | "internal";
  vpcId: string;
  subnets: { id: string; zone: string }[];
  securityGroups: string[];
  createdMs: number;
  listeners: ListenerRecord[];
  policies: PolicyRecord[];
  /** Policies of instance ports. */
  backends: { port: number; policies: string[] }[];
  healthCheck: HealthCheckRecord;
  attributes: AttributesRecord;
  tags: Tags;
  /** 127.x.y.z of its own. */
  loopbackHost: string;
  /** Seals its cookies; hexadecimal. */
  secret: string;
}

export interface ListenerRecord {
  port: number;
  protocol: Protocol;
  instanceProtocol: Protocol;
  instancePort: number;
  /** Of ACM or IAM. */
  certificate?: string;
  policies: string[];
}

export interface PolicyRecord {
  name: string;
  type: string;
  attributes: { name: string; value: string }[];
}

export interface HealthCheckRecord {
  /** "HTTP:80/ping", "TCP:80" */
  target: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  unhealthyThreshold: number;
  healthyThreshold: number;
}

export interface AttributesRecord {
  crossZone: boolean;
  accessLog?: { bucket: string; prefix?: string; intervalMinutes: number };
  draining: { enabled: boolean; timeoutSeconds: number };
  idleTimeoutSeconds: number;
  desyncMode: DesyncMode;
}

/** In the words of DescribeInstanceHealth. */
export interface InstanceHealth {
  state: "InService" | "OutOfService";
  reason: "N/A" | "ELB" | "Instance";
  description: string;
}

export interface InstanceRecord {
  id: string;
  zone: string;
  registeredMs: number;
  health: InstanceHealth;
  /** Present from the deregistration on. */
  drainingUntilMs?: number;
}

/** Where the data plane last bound a listener. */
export interface BindingRecord {
  port: number;
  bound: BoundAddress;
}

/** Where a load balancer's access log goes. */
export interface LogPlace {
  bucket: string;
  prefix: string;
  intervalMinutes: number;
  /** The address of its node. */
  node: string;
}

/** Lines of a load balancer's access log that wait for the end of its interval. */
export interface LogLinesRecord {
  /** The load balancer's, which may be gone when they are due, or log elsewhere. */
  balancerId: string;
  /** Stores of earlier versions do not say. */
  place?: LogPlace;
  lines: string[];
}

/** [name] */
export const loadBalancers = collection<LoadBalancerRecord>("elb", "load-balancer");
/** [load balancer's name, its id] */
export const interfaceHolders = collection<InterfaceHolder>("elb", "interface-holder");
/** [load balancer's name, instance id] */
export const instances = collection<InstanceRecord>("elb", "instance");
/** [load balancer's id, listener's port] */
export const bindings = collection<BindingRecord>("elb", "binding");
/** [load balancer's name, zone, cloud time, a random text] */
export const logLines = collection<LogLinesRecord>("elb", "log-lines");
