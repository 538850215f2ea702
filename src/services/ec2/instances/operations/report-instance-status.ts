import type { Ec2Operation } from "../../context.ts";
import { instanceNotInState } from "../../errors.ts";
import { findInstances } from "../records.ts";

/** Feedback to AWS: "does not change the value returned by DescribeInstanceStatus". */
export const reportInstanceStatus: Ec2Operation<"ReportInstanceStatus"> = async (
  input,
  context,
) => {
  const found = await context.store.transaction((tx) =>
    findInstances(tx, context, input.Instances ?? []),
  );
  for (const { instanceId, state } of found)
    if (state !== "running") throw instanceNotInState(instanceId, "running");
  return {};
};
