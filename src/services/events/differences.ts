import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "PutTargets",
    differs:
      "Targets are SQS queues, SNS topics, CloudWatch Logs groups and other event buses; every other kind answers NotImplemented.",
  },
  {
    operation: "PutRule",
    differs:
      "Messages about invalid patterns do not say at which place of the pattern. CloudTrail's management events do not exist.",
  },
  {
    operation: "PutEvents",
    differs: "TraceHeader is not passed on.",
  },
];
