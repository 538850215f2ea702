import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "PutMetricFilter",
    differs: "Log transformers and system fields are refused.",
  },
  {
    operation: "PutSubscriptionFilter",
    differs:
      "Destinations are Lambda functions; Kinesis, Firehose and logical destinations answer NotImplemented.",
  },
  {
    operation: "StartQuery",
    differs:
      "The language is CWLI; the commands pattern, diff, anomaly, source, join, lookup and unmask answer NotImplemented. Fields are discovered in JSON only, not in the formats of Lambda, VPC or Route 53 logs.",
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
