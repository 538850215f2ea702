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
      "SDKs put data- before their endpoint's host for this call: use an endpoint whose host stands that, such as http://servicediscovery.localhost:4566, or turn host prefixes off (inject_host_prefix, disableHostPrefix).",
  },
  {
    operation: "RegisterInstance",
    differs: "AWS_ALIAS_DNS_NAME takes names of Fogbank's own load balancers.",
  },
];
