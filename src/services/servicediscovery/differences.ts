import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "*",
    differs:
      "Namespaces shared by other accounts (OwnerAccount, resource policies) are not offered.",
  },
  {
    operation: "DiscoverInstances",
    differs:
      "SDKs put data- before their endpoint's host for this call and DiscoverInstancesRevision. Turn that off (boto3: Config(inject_host_prefix=False), JavaScript: disableHostPrefix: true), or name an endpoint that stands it, such as http://servicediscovery.localhost:4566 where data-servicediscovery.localhost resolves or stands in /etc/hosts.",
  },
  {
    operation: "ListOperations",
    differs: "Operations are kept for thirty days; AWS does not say how long it keeps them.",
  },
  {
    operation: "RegisterInstance",
    differs: "AWS_ALIAS_DNS_NAME takes names of Fogbank's own load balancers.",
  },
];
