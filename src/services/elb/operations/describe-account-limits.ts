import type { Operation } from "#services/kit/service.ts";
import { accountLimits } from "../limits.ts";
import { pageOf } from "../paging.ts";
import type { State } from "../state.ts";

export const describeAccountLimits: Operation<"elb", "DescribeAccountLimits", State> = async (
  input,
) => {
  const { items, NextMarker } = pageOf(accountLimits, input, ({ Name }) => Name);
  return { Limits: items, NextMarker };
};
