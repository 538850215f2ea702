/**
 * What Route 53 keeps, per account under the region "global": it has one endpoint for all regions. Records of a
 * zone lie in the order in which AWS lists them, by the name with its labels reversed.
 */
import type {
  HealthCheckConfig,
  LinkedService,
  ResourceRecordSet,
  RRType,
  VPC,
} from "@aws-sdk/client-route-53";
import { collection, type Scope } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";
import type { LocationConfig, SigningConfig } from "./dataplane/config.ts";

export interface ZoneRecord {
  /** Without "/hostedzone/". */
  id: string;
  /** In lower case, with its trailing dot. */
  name: string;
  callerReference: string;
  comment?: string | undefined;
  isPrivate: boolean;
  vpcs: VPC[];
  /** Of a reusable delegation set. */
  delegationSetId?: string | undefined;
  nameServers: string[];
  setCount: number;
  createdMs: number;
  linkedService?: LinkedService | undefined;
  tags: Tags;
}

export interface ChangeRecord {
  id: string;
  submittedMs: number;
  comment?: string | undefined;
}

export interface DelegationSetRecord {
  id: string;
  callerReference: string;
  nameServers: string[];
}

export interface HealthCheckRecord {
  id: string;
  callerReference: string;
  config: HealthCheckConfig;
  version: number;
  createdMs: number;
  tags: Tags;
  linkedService?: LinkedService | undefined;
}

/** What the checker decided last; what it saw since is kept in memory. */
export interface HealthStatusRecord {
  healthy: boolean;
  sinceMs: number;
  /** What it failed for last when that was decided. */
  lastFailure?: FailureReport | undefined;
}

export interface FailureReport {
  /** "Failure: HTTP Status Code 500, Internal Server Error", in AWS's words. */
  report: string;
  checkedMs: number;
}

export interface CidrCollectionRecord {
  id: string;
  name: string;
  callerReference: string;
  version: number;
  locations: Record<string, string[]>;
}

export interface QueryLoggingRecord {
  id: string;
  zoneId: string;
  logGroupArn: string;
}

export interface TrafficPolicyRecord {
  id: string;
  version: number;
  name: string;
  /** "A", of its document. */
  type: RRType;
  document: string;
  comment?: string | undefined;
  createdMs: number;
  /** One that was deleted is still shown to who knows its id. */
  isDeleted: boolean;
}

export interface TrafficInstanceRecord {
  id: string;
  zoneId: string;
  name: string;
  ttl: number;
  policyId: string;
  policyVersion: number;
  type: RRType;
  isUpdate: boolean;
  submittedMs: number;
  /** Why its records could not be made. */
  failure?: string | undefined;
}

export interface KeySigningKeyRecord {
  zoneId: string;
  name: string;
  callerReference: string;
  /** Of the key in KMS. */
  kmsArn: string;
  /** Its point, in base64. */
  publicKey: string;
  status: "ACTIVE" | "INACTIVE" | "ACTION_NEEDED";
  statusMessage?: string | undefined;
  createdMs: number;
  modifiedMs: number;
}

/** Keeps records of a name and type as they are. */
export interface ProtectionRecord {
  name: string;
  type: RRType;
  comment?: string | undefined;
}

/** Of a zone that is signed. */
export interface SigningRecord extends SigningConfig {
  zoneId: string;
  /** When the signatures run out, wall time; 0 before there are any. */
  expiresMs: number;
}

/** Where clients are, for policies that ask; of the whole cloud. */
export interface ClientLocations {
  locations: LocationConfig[];
}

/** Belongs to no account. */
export const placesScope: Scope = { account: "000000000000", region: "global" };
export const clientLocations = collection<ClientLocations>("route53", "clientLocations");

export const hostedZones = collection<ZoneRecord>("route53", "hostedZone");
/** By zone, reversed name, type and set identifier ("" without). */
export const recordSets = collection<ResourceRecordSet>("route53", "recordSet");
export const changes = collection<ChangeRecord>("route53", "change");
/** By the time at which they were submitted, and id. */
export const changeTimes = collection<{ id: string }>("route53", "changeTime");
export const delegationSets = collection<DelegationSetRecord>("route53", "delegationSet");
export const healthChecks = collection<HealthCheckRecord>("route53", "healthCheck");
/** By caller reference, of health checks that were deleted: it cannot be used again. */
export const spentReferences = collection<{ healthCheckId: string }>("route53", "spentReference");
export const healthStatuses = collection<HealthStatusRecord>("route53", "healthStatus");
export const cidrCollections = collection<CidrCollectionRecord>("route53", "cidrCollection");
export const queryLogging = collection<QueryLoggingRecord>("route53", "queryLogging");
/** By policy and version. */
export const trafficPolicies = collection<TrafficPolicyRecord>("route53", "trafficPolicy");
/** By zone and id. */
export const trafficInstances = collection<TrafficInstanceRecord>("route53", "trafficInstance");
/** By zone, reversed name and type. */
export const recordProtections = collection<ProtectionRecord>("route53", "recordProtection");
/** By zone and name. */
export const keySigningKeys = collection<KeySigningKeyRecord>("route53", "keySigningKey");
/** By zone. */
export const signings = collection<SigningRecord>("route53", "signing");
/** By zone, region and VPC. */
export const vpcAuthorizations = collection<VPC>("route53", "vpcAuthorization");

/** Where an account's zones and health checks are kept, whatever region its call named. */
export function ofAccount({ account }: { account: string }): Scope {
  return { account, region: "global" };
}
