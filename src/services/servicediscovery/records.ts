/** What Cloud Map keeps, per account and region. */
import type {
  DnsConfig,
  HealthCheckConfig,
  HealthCheckCustomConfig,
  NamespaceType,
  OperationStatus,
  OperationTargetType,
  OperationType,
  ServiceType,
} from "@aws-sdk/client-servicediscovery";
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

export interface NamespaceRecord {
  id: string;
  arn: string;
  name: string;
  type: NamespaceType;
  description?: string | undefined;
  creatorRequestId: string;
  createdMs: number;
  vpcId?: string | undefined;
  soaTtl?: number | undefined;
  /** As DiscoverInstances names it, where another namespace had the name first. */
  httpName?: string | undefined;
  hostedZoneId?: string | undefined;
  /** Only what is ready is shown. */
  phase: "creating" | "ready" | "deleting";
  /** Of the latest operation on it. */
  operationId: string;
  /** Of the operation that made it: what its creator's repeated request is answered with. */
  creationId: string;
  tags: Tags;
}

export interface ServiceRecord {
  id: string;
  arn: string;
  name: string;
  namespaceId: string;
  description?: string | undefined;
  creatorRequestId: string;
  createdMs: number;
  type: ServiceType;
  dns?: DnsConfig | undefined;
  healthCheck?: HealthCheckConfig | undefined;
  customHealth?: HealthCheckCustomConfig | undefined;
  attributes: Record<string, string>;
  tags: Tags;
  /** Of the latest operation that changed its settings. */
  updateId?: string | undefined;
}

export interface InstanceRecord {
  id: string;
  serviceId: string;
  creatorRequestId: string;
  attributes: Record<string, string>;
  registeredMs: number;
  phase: "registering" | "ready" | "deregistering";
  operationId: string;
  /** As the service's owner says, where it has custom health. */
  customStatus: "HEALTHY" | "UNHEALTHY";
  /** It turned unhealthy when no other was healthy, and stays in DNS until one is. */
  isLastHealthy?: true | undefined;
  /** What its owner said last, until it counts. */
  announced?: { status: "HEALTHY" | "UNHEALTHY"; dueMs: number } | undefined;
  /** What it was before the registration that is under way, to be restored should that fail. */
  former?: Pick<InstanceRecord, "attributes" | "creatorRequestId" | "customStatus"> | undefined;
  /** In Route 53. */
  healthCheckId?: string | undefined;
  /** What it was made with, as text. */
  healthCheckConfig?: string | undefined;
  /** How many it has had since it was registered. */
  checksMade?: number | undefined;
  /** Health checks in Route 53 that others have replaced. */
  formerHealthChecks?: string[] | undefined;
  /** What stands in DNS for it now, so that it can be taken back word for word. */
  published: string[];
}

export interface OperationRecord {
  id: string;
  type: OperationType;
  status: OperationStatus;
  targets: Partial<Record<OperationTargetType, string>>;
  namespaceId: string;
  createdMs: number;
  updatedMs: number;
  errorCode?: string | undefined;
  errorMessage?: string | undefined;
}

export const namespaces = collection<NamespaceRecord>("servicediscovery", "namespace");
export const services = collection<ServiceRecord>("servicediscovery", "service");
export interface TallyRecord {
  /** Grows when an instance is registered or deregistered, not with its health. */
  revision: number;
  /** Instances, with those on their way. */
  count: number;
}

/** By namespace, then service. */
export const tallies = collection<TallyRecord>("servicediscovery", "tally");
/** By service, then own id. */
export const instances = collection<InstanceRecord>("servicediscovery", "instance");
export const operationRecords = collection<OperationRecord>("servicediscovery", "operation");
/** [when it began, milliseconds; its id]: the oldest come first. */
export const operationTimes = collection<{ id: string }>("servicediscovery", "operation-time");
