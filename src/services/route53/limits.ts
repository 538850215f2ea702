/** Every number of Route 53. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html */
export const limits = {
  listPage: 100,
  recordSetsPage: 300,
  /** Most items that a page of records may have. */
  largestRecordSetsPage: 300,
  hostedZones: 500,
  recordSetsPerZone: 10_000,
  vpcsPerZone: 300,
  zonesPerDelegationSet: 100,
  delegationSets: 100,
  healthChecks: 200,
  childHealthChecks: 256,
  trafficPolicies: 50,
  trafficPolicyInstances: 5,
  trafficPolicyVersions: 1000,
  cidrCollections: 5,
  cidrBlocksPerChange: 1000,
  cidrBlocksPerCollection: 1000,
  valuesPerSet: 400,
  setsOfOneNameAndType: 100,
  /**
   * Of zones that Cloud Map keeps: as many as a service may have instances. "Services configured to use AWS Cloud Map
   * service discovery have a limit of 1,000 tasks per service."
   * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
   */
  setsOfOneManagedNameAndType: 1000,
  /** Values in one change batch; an UPSERT's count twice. */
  valuesPerBatch: 1000,
  charactersPerBatch: 32_000,
  tagsPerResource: 10,
  keySigningKeysPerZone: 2,
  protectionsPerRequest: 100,
  protectionsPage: 300,
  protectionComment: 256,
  /** AWS names no figure; as many as a zone may have records. */
  protectionsPerZone: 10_000,
  /**
   * How long a change is PENDING. AWS: "generally propagate to all Route 53 name servers within 60 seconds"
   * (API_GetChange); there is one server here.
   */
  propagationMs: 5_000,
  /**
   * How long a change can be asked after. AWS names no time; who waits for a change waits minutes, and thirty
   * days are what Cloud Map's operations, which are changes here, are kept for.
   */
  changeMs: 30 * 86_400_000,
  /** https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateVPCAssociationAuthorization.html */
  vpcAuthorizationsPerZone: 1000,
} as const;
