/** Quotas. https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-limits.html */
export const limits = {
  loadBalancersPerRegion: 20,
  listenersPerLoadBalancer: 100,
  instancesPerLoadBalancer: 1000,
  securityGroupsPerLoadBalancer: 5,
  /** The page of quotas gives no figure; what is created by mistake in a loop ends here. */
  policiesPerLoadBalancer: 100,
  /** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_AddTags.html */
  tagsPerLoadBalancer: 10,
  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-backend-instances.html */
  freeAddressesPerSubnet: 8,
  nameLength: 32,
  pageSize: 400,
  healthCheckTargetLength: 1024,
} as const;

/** As DescribeAccountLimits names them, by name. */
export const accountLimits: readonly { Name: string; Max: string }[] = [
  { Name: "classic-listeners", Max: String(limits.listenersPerLoadBalancer) },
  { Name: "classic-load-balancers", Max: String(limits.loadBalancersPerRegion) },
  { Name: "classic-registered-instances", Max: String(limits.instancesPerLoadBalancer) },
];
