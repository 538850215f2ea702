import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "*",
    differs:
      "Traffic policies and DNSSEC are not offered; domain registration, Resolver endpoints and profiles are services of their own.",
  },
  {
    operation: "CreateHealthCheck",
    differs:
      "Health checks of type RECOVERY_CONTROL are refused. Private and loopback addresses are accepted, so that programs on this machine can be checked.",
  },
  {
    operation: "CreateQueryLoggingConfig",
    differs: "Configurations are kept; queries are not logged.",
  },
  {
    operation: "GetCheckerIpRanges",
    differs: "One checker runs, on this machine: the list is its loopback range.",
  },
  {
    operation: "GetChange",
    differs: "Changes are INSYNC after five seconds of the cloud's time; AWS says within sixty.",
  },
  {
    operation: "UpdateHostedZoneFeatures",
    differs: "Accelerated recovery is not offered.",
  },
];
