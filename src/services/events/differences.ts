import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "PutTargets",
    differs:
      "Targets are SQS queues, SNS topics, Lambda functions, CloudWatch Logs groups, other event buses, API destinations, Systems Manager Run Command, and EC2's stop, terminate and reboot; every other kind (Step Functions, Kinesis …) answers NotImplemented.",
  },
  {
    operation: "PutRule",
    differs:
      "Messages about invalid patterns do not say at which place of the pattern. CloudTrail's management events do not exist.",
  },
  {
    operation: "CreateConnection",
    differs: "OAuth client credentials and private endpoints are refused.",
  },
  {
    operation: "CreateApiDestination",
    differs: "Endpoints may be http, and on this machine.",
  },
  {
    operation: "PutEvents",
    differs: "TraceHeader is not passed on.",
  },
];
