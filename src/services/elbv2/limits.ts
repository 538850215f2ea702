/** Quotas. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
export const limits = {
  /** Of each type. */
  loadBalancersPerRegion: 50,
  /** Of a network load balancer. https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html */
  targetsPerNetworkLoadBalancer: 3000,
  targetsPerZoneAndNetworkLoadBalancer: 500,
  /** So many targets does an application load balancer count for behind another: in one zone, and across zones. */
  targetsPerBalancerBehind: [50, 100],
  targetGroupsPerRegion: 3000,
  listenersPerLoadBalancer: 50,
  rulesPerLoadBalancer: 100,
  targetsPerTargetGroup: 1000,
  targetsPerLoadBalancer: 1000,
  targetGroupsPerLoadBalancer: 100,
  targetGroupsPerAction: 5,
  actionsPerRule: 1,
  securityGroupsPerLoadBalancer: 5,
  conditionValuesPerRule: 5,
  conditionWildcardsPerRule: 6,
  tagsPerResource: 50,
  certificatesPerLoadBalancer: 25,
  trustStoresPerRegion: 20,
  certificatesPerTrustStore: 25,
  revocationFilesPerTrustStore: 30,
  revocationEntriesPerTrustStore: 500_000,
  revocationFileBytes: 50 * 1024 * 1024,
  authorityBytes: 16 * 1024,
  /** Of all authorities of a trust store together. */
  authoritySubjectsLength: 10_000,
  /** Listeners that verify clients. */
  verifyingListenersPerLoadBalancer: 2,
  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/capacity-unit-reservation.html */
  fewestCapacityUnits: 100,
  capacityUnitsPerLoadBalancer: 15_000,
  capacityDecreasesPerDay: 2,
  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_JwtValidationActionConfig.html */
  tokenTextLength: 256,
  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AuthenticateOidcActionConfig.html */
  extraParamsPerAuthentication: 10,
  clientIdLength: 1024,
  claimsPerTokenCheck: 10,
  valuesPerTokenClaim: 10,
  /**
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/availability-zones.html
   */
  freeAddressesPerSubnet: 8,
  nameLength: 32,
  pageSize: 400,
  /** Named by ARN in one call. */
  describedLoadBalancers: 20,
  /** Wildcard and comparison strings of rule conditions. */
  conditionValueLength: 128,
  conditionNameLength: 40,
  transformLength: 1024,
} as const;

/** As DescribeAccountLimits names them. */
export const accountLimits: readonly { Name: string; Max: string }[] = [
  ["application-load-balancers", limits.loadBalancersPerRegion],
  ["target-groups", limits.targetGroupsPerRegion],
  ["targets-per-application-load-balancer", limits.targetsPerLoadBalancer],
  ["listeners-per-application-load-balancer", limits.listenersPerLoadBalancer],
  ["rules-per-application-load-balancer", limits.rulesPerLoadBalancer],
  ["certificates-per-application-load-balancer", limits.certificatesPerLoadBalancer],
  ["target-groups-per-application-load-balancer", limits.targetGroupsPerLoadBalancer],
  ["target-groups-per-action-on-application-load-balancer", limits.targetGroupsPerAction],
  ["condition-values-per-alb-rule", limits.conditionValuesPerRule],
  ["condition-wildcards-per-alb-rule", limits.conditionWildcardsPerRule],
  ["network-load-balancers", limits.loadBalancersPerRegion],
  ["targets-per-network-load-balancer", limits.targetsPerNetworkLoadBalancer],
  [
    "targets-per-availability-zone-per-network-load-balancer",
    limits.targetsPerZoneAndNetworkLoadBalancer,
  ],
  ["listeners-per-network-load-balancer", limits.listenersPerLoadBalancer],
  ["certificates-per-network-load-balancer", limits.certificatesPerLoadBalancer],
  ["target-groups-per-action-on-network-load-balancer", limits.targetGroupsPerAction],
].map(([name, max]) => ({ Name: String(name), Max: String(max) }));
