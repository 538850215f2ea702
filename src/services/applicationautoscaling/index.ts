/** AWS Application Auto Scaling. */
import { defineService } from "#services/kit/service.ts";
import { describeScalableTargets } from "./operations/describe-scalable-targets.ts";

export const service = defineService<"applicationautoscaling">({
  name: "applicationautoscaling",
  operations: {
    DescribeScalableTargets: describeScalableTargets,
  },
});
