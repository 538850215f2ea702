/** Every error of Route 53 that its model's constraints do not already produce. */
import type { ProtectionError } from "@aws-sdk/client-route-53";
import { AwsError } from "#model/error.ts";

const error = (code: string, message: string, status?: number) =>
  new AwsError({ code, message, ...(status !== undefined && { status }) });

export const invalidInput = (message: string) => error("InvalidInput", message);
export const noSuchZone = (id: string) =>
  error("NoSuchHostedZone", `No hosted zone found with ID: ${id}`);
export const invalidChangeBatch = (problems: readonly string[]) =>
  error("InvalidChangeBatch", `[${problems.join(", ")}]`);
/** A name that cannot be read is told alone, before what else is wrong. */
export const invalidName = (message: string) => error("InvalidChangeBatch", message);
export const tooManyValues = (most: number) =>
  error("InvalidChangeBatch", `Number of records limit of ${most} exceeded.`);
export const tooManyCharacters = (most: number) =>
  error("InvalidChangeBatch", `Number of characters limit of ${most} exceeded.`);
export const invalidDomainName = (name: string) =>
  error("InvalidDomainName", `${name} is not a valid domain name.`);
export const zoneExists = () =>
  error(
    "HostedZoneAlreadyExists",
    "A hosted zone has already been created with the specified caller reference.",
  );
export const zoneNotEmpty = () =>
  error(
    "HostedZoneNotEmpty",
    "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
  );
export const tooManyZones = (most: number) =>
  error(
    "TooManyHostedZones",
    `This operation can't be completed because the current account has reached the limit on the number of hosted zones (${most}).`,
  );
export const tooManyZonesOfSet = (most: number) =>
  error(
    "TooManyHostedZones",
    `This operation can't be completed because you've reached the limit on the number of hosted zones that can be associated with a reusable delegation set (${most}).`,
  );
export const invalidVpc = (vpcId: string) =>
  error(
    "InvalidVPCId",
    `The VPC ID ${vpcId} that you specified either isn't a valid ID or the current account is not authorized to access this VPC.`,
  );
export const conflictingDomain = (vpcId: string, region: string, zoneId: string) =>
  error(
    "ConflictingDomainExists",
    `The VPC ${vpcId} in region ${region} has already been associated with the hosted zone ${zoneId} with the same domain name.`,
  );
export const conflictingServers = (set: string, name: string) =>
  error(
    "ConflictingDomainExists",
    `Cannot create hosted zone with DelegationSetId DelegationSetId:${set} as the DNSName ${name} conflicts with existing ones sharing the delegation set`,
  );
export const publicZoneAssociation = () =>
  error(
    "PublicZoneVPCAssociation",
    "You're trying to associate a VPC with a public hosted zone. Amazon Route 53 doesn't support associating a VPC with a public hosted zone.",
  );
export const lastAssociation = () =>
  error(
    "LastVPCAssociation",
    "The VPC that you're trying to disassociate from the private hosted zone is the last VPC that is associated with the hosted zone. Amazon Route 53 doesn't support disassociating the last VPC from a hosted zone.",
  );
export const associationNotFound = () =>
  error(
    "VPCAssociationNotFound",
    "The specified VPC and hosted zone are not currently associated.",
  );
export const notAuthorized = (vpcId: string, zoneId: string) =>
  error(
    "NotAuthorizedException",
    `Associating the VPC ${vpcId} with the hosted zone ${zoneId} has not been authorized.`,
  );
export const tooManyAuthorizations = () =>
  error(
    "TooManyVPCAssociationAuthorizations",
    "You've created the maximum number of authorizations that can be created for the specified hosted zone. To authorize another VPC to be associated with the hosted zone, submit a DeleteVPCAssociationAuthorization request to remove an existing authorization.",
  );
export const authorizationNotFound = () =>
  error(
    "VPCAssociationAuthorizationNotFound",
    "The VPC that you specified is not authorized to be associated with the hosted zone.",
  );
export const noSuchChange = (id: string) =>
  error("NoSuchChange", `A change with id ${id} does not exist.`);
export const noSuchDelegationSet = (id: string) => error("NoSuchDelegationSet", id);
export const delegationSetExists = () =>
  error(
    "DelegationSetAlreadyCreated",
    "A delegation set with the same owner and caller reference combination has already been created.",
  );
export const delegationSetReusable = () =>
  error(
    "DelegationSetAlreadyReusable",
    "The specified delegation set has already been marked as reusable.",
  );
export const delegationSetInUse = () =>
  error(
    "DelegationSetInUse",
    "The specified delegation contains associated hosted zones which must be deleted before the reusable delegation set can be deleted.",
  );
export const zoneNotFoundForSet = () =>
  error("HostedZoneNotFound", "The specified HostedZone can't be found.");
export const zoneNotPrivate = () =>
  error(
    "HostedZoneNotPrivate",
    "The specified hosted zone is a public hosted zone, not a private hosted zone.",
  );
export const limitsExceeded = (what: string) =>
  error("LimitsExceeded", `The limit on the number of ${what} has been reached.`);
export const noSuchHealthCheck = (id: string) =>
  error("NoSuchHealthCheck", `A health check with id ${id} does not exist.`);
export const healthCheckExists = () =>
  error(
    "HealthCheckAlreadyExists",
    "The health check you're attempting to create already exists with the same caller reference but different settings.",
  );
export const tooManyHealthChecks = (most: number) =>
  error(
    "TooManyHealthChecks",
    `This health check can't be created because the current account has reached the limit on the number of active health checks (${most}).`,
  );
export const healthCheckInUse = (id: string) =>
  error("HealthCheckInUse", `The health check ${id} is in use by another health check.`);
export const managedHealthCheck = (id: string) =>
  error(
    "AccessDenied",
    `The resource healthcheck/${id} can only be managed through AWS Cloud Map`,
    403,
  );
export const versionMismatch = () =>
  error(
    "HealthCheckVersionMismatch",
    "The value of HealthCheckVersion in the request doesn't match the value of HealthCheckVersion in the health check.",
  );
export const noSuchCollection = (id: string) =>
  error("NoSuchCidrCollectionException", `The CIDR collection ${id} doesn't exist.`);
export const collectionExists = () =>
  error(
    "CidrCollectionAlreadyExistsException",
    "A CIDR collection with this name and a different caller reference already exists in this account.",
  );
export const collectionInUse = () =>
  error("CidrCollectionInUseException", "This CIDR collection is in use, and isn't empty.");
export const collectionVersion = (version: number) =>
  error(
    "CidrCollectionVersionMismatchException",
    `The CIDR collection version you provided, doesn't match the one in the resource, ${version}.`,
  );
export const noSuchLocation = (name: string) =>
  error(
    "NoSuchCidrLocationException",
    `The CIDR collection location ${name} doesn't match any locations in your account.`,
  );
export const blockInUse = (block: string) =>
  error("CidrBlockInUseException", `The CIDR block ${block} is already in use.`);
export const noSuchGeoLocation = () =>
  error("NoSuchGeoLocation", "The requested geolocation is not supported.");
export const noSuchQueryLogging = () =>
  error("NoSuchQueryLoggingConfig", "The query logging configuration does not exist.");
export const queryLoggingExists = () =>
  error(
    "QueryLoggingConfigAlreadyExists",
    "A query logging configuration already exists for this hosted zone.",
  );
export const noSuchLogGroup = () =>
  error("NoSuchCloudWatchLogsLogGroup", "The specified CloudWatch Logs log group doesn't exist.");
export const invalidToken = () =>
  error(
    "InvalidPaginationToken",
    "Route 53 can't get the next page of query logging configurations because the specified value for NextToken is invalid.",
  );
export const managedZone = (zone: string, service: string) =>
  error(
    "AccessDenied",
    `The resource hostedzone/${zone} can only be managed through AWS Cloud Map (${service})`,
    403,
  );
export const zoneHasProtections = () =>
  error(
    "HostedZoneNotEmpty",
    "The specified hosted zone contains resource record set protections and so cannot be deleted.",
  );
export const invalidProtectionBatch = (Errors: readonly ProtectionError[]) =>
  new AwsError({
    code: "InvalidResourceRecordSetProtectionBatch",
    message: "One or more entries in the request couldn't be processed.",
    members: { Errors },
  });
export const protectionsExist = (Errors: readonly ProtectionError[]) =>
  new AwsError({
    code: "ProtectionAlreadyExists",
    message: "A protection already exists for every name and type in the request.",
    members: { Errors },
  });
export const privateZoneSigning = () =>
  error("InvalidArgument", "Operation is unsupported for private hosted zones.");
export const noSuchSigningKey = (name: string) =>
  error("NoSuchKeySigningKey", `The specified key-signing key (KSK) doesn't exist: ${name}.`);
export const invalidKeyName = (name: string) =>
  error(
    "InvalidKeySigningKeyName",
    `The key-signing key (KSK) name that you specified isn't a valid name: ${name}.`,
  );
export const invalidKeyStatus = () =>
  error(
    "InvalidKeySigningKeyStatus",
    "The key-signing key (KSK) status isn't valid or another KSK has the status INTERNAL_FAILURE.",
  );
export const invalidKmsArn = () =>
  error(
    "InvalidKMSArn",
    "The KeyManagementServiceArn that you specified isn't valid to use with DNSSEC signing.",
  );
export const keyExists = () =>
  error(
    "KeySigningKeyAlreadyExists",
    "You've already created a key-signing key (KSK) with this name or with the same customer managed key ARN.",
  );
export const tooManySigningKeys = () =>
  error(
    "TooManyKeySigningKeys",
    "You've reached the limit for the number of key-signing keys (KSKs). Remove at least one KSK, and then try again.",
  );
export const keyInUse = () =>
  error(
    "KeySigningKeyInUse",
    "The key-signing key (KSK) that you specified can't be deactivated because it's the only KSK for a currently-enabled DNSSEC. Disable DNSSEC signing, or add or enable another KSK.",
  );
export const keyInParentDs = () =>
  error(
    "KeySigningKeyInParentDSRecord",
    "The key-signing key (KSK) is specified in a parent DS record.",
  );
export const noActiveKey = () =>
  error(
    "KeySigningKeyWithActiveStatusNotFound",
    "A key-signing key (KSK) with ACTIVE status wasn't found.",
  );
export const notSigned = () =>
  error("DNSSECNotFound", "The hosted zone doesn't have any DNSSEC resources.");
export const zoneHasKeys = () =>
  error(
    "HostedZoneNotEmpty",
    "The specified hosted zone contains DNSSEC Key Signing Keys and so cannot be deleted.",
  );
export const invalidDocument = (message: string) => error("InvalidTrafficPolicyDocument", message);
export const noSuchPolicy = (id: string, version: number | undefined) =>
  error(
    "NoSuchTrafficPolicy",
    `No traffic policy exists with Id ${id}${version === undefined ? "" : ` and Version ${version}`}.`,
  );
export const policyExists = (name: string) =>
  error("TrafficPolicyAlreadyExists", `A traffic policy with the name ${name} already exists.`);
export const tooManyPolicies = (most: number) =>
  error(
    "TooManyTrafficPolicies",
    `This traffic policy can't be created because the current account has reached the limit on the number of traffic policies (${most}).`,
  );
export const tooManyVersions = (most: number) =>
  error(
    "TooManyTrafficPolicyVersionsForCurrentPolicy",
    `This traffic policy version can't be created because you've reached the limit of ${most} on the number of versions that you can create for the current traffic policy.`,
  );
export const policyInUse = () =>
  error(
    "TrafficPolicyInUse",
    "One or more traffic policy instances were created by using the specified traffic policy.",
  );
export const noSuchInstance = (id: string) =>
  error("NoSuchTrafficPolicyInstance", `No traffic policy instance exists with Id ${id}.`);
export const instanceExists = (name: string, type: string) =>
  error(
    "TrafficPolicyInstanceAlreadyExists",
    `A traffic policy instance already exists for ${name} with the type ${type} in the hosted zone.`,
  );
export const tooManyInstances = (most: number) =>
  error(
    "TooManyTrafficPolicyInstances",
    `This traffic policy instance can't be created because the current account has reached the limit on the number of traffic policy instances (${most}).`,
  );
export const conflictingTypes = () =>
  error(
    "ConflictingTypes",
    "You tried to update a traffic policy instance by using a traffic policy version that has a different DNS type than the current type for the instance.",
  );
