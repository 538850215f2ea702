import type { Operation } from "#services/kit/service.ts";
import { accountLimits } from "../limits.ts";
import type { State } from "../state.ts";

export const describeAccountLimits: Operation<
  "elb",
  "DescribeAccountLimits",
  State
> = async () => ({
  Limits: [...accountLimits],
});
