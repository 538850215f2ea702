/** Where Fogbank's Application Auto Scaling differs from AWS's. */
import type { Difference } from "#services/kit/service.ts";

export const differences: Difference[] = [
  {
    operation: "RegisterScalableTarget",
    differs:
      "DynamoDB tables and indexes, provisioned concurrency of Lambda functions and custom resources can be registered; for resources of services that Fogbank does not have the answer is NotImplemented. Endpoints of custom resources may be http.",
  },
  {
    operation: "PutScalingPolicy",
    differs:
      "Predictive scaling, which AWS offers for ECS services only, is refused as for other resources.",
  },
  {
    operation: "PutScheduledAction",
    differs: "Cron expressions understand *, ?, lists, ranges, steps, L, W and #, as croner does.",
  },
];
