import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "PutMetricFilter",
    differs: "Log transformers and system fields are refused.",
  },
  {
    operation: "PutSubscriptionFilter",
    differs:
      "Destinations are Lambda functions. No test message reaches streams of Kinesis and Firehose, which Fogbank does not have, so they are refused as at AWS; logical destinations answer NotImplemented.",
  },
  {
    operation: "StartQuery",
    differs:
      "The language is CWLI; the commands pattern, diff, anomaly, source, join, lookup and unmask answer NotImplemented. Fields are discovered in JSON only, not in the formats of Lambda, VPC or Route 53 logs.",
  },
  {
    operation: "PutDeliverySource",
    differs:
      "Sources are Network Load Balancers; resources of services that Fogbank does not have answer NotImplemented. Sources and destinations are kept, and no delivery can be made between them yet: CreateDelivery answers NotImplemented. A balancer writes its logs where its attributes say.",
  },
  {
    operation: "PutDeliveryDestination",
    differs: "Destinations are buckets and log groups; Firehose and X-Ray answer NotImplemented.",
  },
  {
    operation: "AssociateKmsKey",
    differs: "The key is stored and returned; events are not encrypted with it.",
  },
  {
    operation: "PutResourcePolicy",
    differs: "Policies of the account are stored and returned; those of single groups are refused.",
  },
];
