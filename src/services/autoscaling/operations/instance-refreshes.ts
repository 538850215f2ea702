import type { Operation } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { irreversibleRefresh, noRefresh, refreshInProgress, unsupported } from "../errors.ts";
import { getGroup, membersOf } from "../groups/capacity.ts";
import { maintenanceOf } from "../account-settings.ts";
import { launchSettings } from "../groups/settings.ts";
import { resolveTemplate } from "../launch/source.ts";
import { page } from "../paging.ts";
import { groups, type GroupRecord } from "../records.ts";
import { refreshes, type RefreshRecord } from "../refreshes/records.ts";
import { describeRefresh } from "../refreshes/describe.ts";
import { irreversible, readPreferences } from "../refreshes/preferences.ts";
import { isActive, startRollback, withSettings } from "../refreshes/progress.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html */
export const startInstanceRefresh: Operation<"autoscaling", "StartInstanceRefresh", State> = async (
  input,
  context,
) => {
  const name = input.AutoScalingGroupName!;
  if (input.Strategy !== undefined && input.Strategy !== "Rolling")
    throw unsupported(`Strategy ${input.Strategy}`);
  const { Preferences: preferences = {}, DesiredConfiguration: configuration } = input;
  if (configuration?.MixedInstancesPolicy) throw unsupported("MixedInstancesPolicy");
  const source = configuration?.LaunchTemplate
    ? await launchSettings({ LaunchTemplate: configuration.LaunchTemplate }, context)
    : undefined;
  const present = await context.store.transaction((tx) => getGroup(tx, context, name));
  const future: GroupRecord = source ? withSettings(present, source) : present;
  const matching = preferences.SkipMatching ? await versionOf(context, future) : undefined;
  const nowMs = context.clock.now();
  const id = context.random.uuid();
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, name);
    const [latest] = await refreshes.list(tx, context, [name], { limit: 1, reverse: true });
    if (latest && isActive(latest)) throw refreshInProgress();
    const maintenance = await maintenanceOf(tx, context, group);
    const settings = readPreferences(group, maintenance, preferences, source !== undefined);
    if (source) groups.put(tx, context, [name], withSettings(group, source));
    const members = await membersOf(tx, context, name);
    const outdated = members
      .filter(({ state }) => !state.startsWith("Terminating"))
      .filter(
        ({ launchTemplate }) =>
          !matching ||
          launchTemplate?.id !== matching.id ||
          launchTemplate.version !== matching.version,
      )
      .map((member) => member.id);
    refreshes.put(tx, context, [name, nowMs, id], {
      id,
      group: name,
      status: "Pending",
      startMs: nowMs,
      ...settings,
      ...(source?.launchTemplate && {
        desired: source.launchTemplate,
        previous: previousOf(group),
      }),
      outdated,
      total: outdated.length,
      updated: 0,
      progressMs: nowMs,
    } satisfies RefreshRecord);
  });
  return { InstanceRefreshId: id };
};

function previousOf({ launchTemplate, launchConfigurationName }: GroupRecord) {
  return {
    ...(launchTemplate && { launchTemplate }),
    ...(launchConfigurationName !== undefined && { launchConfigurationName }),
  };
}

async function versionOf(context: Parameters<typeof startInstanceRefresh>[1], group: GroupRecord) {
  if (!group.launchTemplate) throw unsupported("SkipMatching with a launch configuration");
  const caller = asService(context, "autoscaling.amazonaws.com");
  return (await resolveTemplate(context.clients, caller, group.launchTemplate)).ref;
}

async function refreshUnderWay(tx: Transaction, scope: Scope, group: string) {
  const [latest] = await refreshes.list(tx, scope, [group], { limit: 1, reverse: true });
  if (!latest || !["Pending", "InProgress", "Baking"].includes(latest.status)) throw noRefresh();
  return latest;
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html */
export const cancelInstanceRefresh: Operation<
  "autoscaling",
  "CancelInstanceRefresh",
  State
> = async (input, context) => {
  const name = input.AutoScalingGroupName!;
  const nowMs = context.clock.now();
  const id = await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, name);
    const latest = await refreshUnderWay(tx, context, name);
    // Whoever does not wait for what is under way has it cancelled at once.
    const atOnce = input.WaitForTransitioningInstances === false;
    refreshes.put(tx, context, [name, latest.startMs, latest.id], {
      ...latest,
      ...(atOnce ? { status: "Cancelled", endMs: nowMs } : { status: "Cancelling" }),
      statusReason: "Cancelled due to user request.",
    });
    if (atOnce && latest.previous)
      groups.put(tx, context, [name], withSettings(group, latest.previous));
    return latest.id;
  });
  return { InstanceRefreshId: id };
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html */
export const rollbackInstanceRefresh: Operation<
  "autoscaling",
  "RollbackInstanceRefresh",
  State
> = async (input, context) => {
  const name = input.AutoScalingGroupName!;
  const nowMs = context.clock.now();
  const id = await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, name);
    const latest = await refreshUnderWay(tx, context, name);
    const problem = irreversible(latest.previous);
    if (problem !== undefined) throw irreversibleRefresh(problem);
    const members = await membersOf(tx, context, name);
    const change = startRollback(latest, members, "Rollback was requested by the user.", nowMs);
    groups.put(tx, context, [name], withSettings(group, change.settings!));
    refreshes.put(tx, context, [name, latest.startMs, latest.id], change.refresh);
    return latest.id;
  });
  return { InstanceRefreshId: id };
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeInstanceRefreshes.html */
export const describeInstanceRefreshes: Operation<
  "autoscaling",
  "DescribeInstanceRefreshes",
  State
> = async (input, context) => {
  const { AutoScalingGroupName: name = "", InstanceRefreshIds: ids } = input;
  const all = await context.store.transaction(async (tx) => {
    await getGroup(tx, context, name);
    return refreshes.list(tx, context, [name], { reverse: true });
  });
  const keyOf = ({ startMs, id }: RefreshRecord) => `${1e15 - startMs}/${id}`;
  const wanted = all.filter(({ id }) => !ids?.length || ids.includes(id));
  const { items, next } = page(wanted, input, keyOf);
  return { InstanceRefreshes: items.map(describeRefresh), ...next };
};
