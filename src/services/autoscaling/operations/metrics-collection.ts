import type { Operation } from "#services/kit/service.ts";
import { validationError } from "../errors.ts";
import { getGroup } from "../groups/capacity.ts";
import { groupMetrics } from "../limits.ts";
import { groups } from "../records.ts";
import type { State } from "../state.ts";

function checked(names: readonly string[] | undefined): readonly string[] {
  for (const name of names ?? [])
    if (!(groupMetrics as readonly string[]).includes(name))
      throw validationError(`Invalid metric: ${name}`);
  return names?.length ? names : groupMetrics;
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnableMetricsCollection.html */
export const enableMetricsCollection: Operation<
  "autoscaling",
  "EnableMetricsCollection",
  State
> = async (input, context) => {
  if (input.Granularity !== "1Minute")
    throw validationError("The only valid value of Granularity is 1Minute");
  const names = checked(input.Metrics);
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, input.AutoScalingGroupName!);
    const enabledMetrics = [...new Set([...group.enabledMetrics, ...names])];
    groups.put(tx, context, [group.name], { ...group, enabledMetrics });
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DisableMetricsCollection.html */
export const disableMetricsCollection: Operation<
  "autoscaling",
  "DisableMetricsCollection",
  State
> = async (input, context) => {
  const names = checked(input.Metrics);
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, input.AutoScalingGroupName!);
    const enabledMetrics = group.enabledMetrics.filter((name) => !names.includes(name));
    groups.put(tx, context, [group.name], { ...group, enabledMetrics });
  });
  return {};
};
