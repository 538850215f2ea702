import type { InstanceRefresh } from "@aws-sdk/client-auto-scaling";
import type { Operation } from "#services/kit/service.ts";
import type { Input } from "#model/sdk.ts";
import { dateOf } from "#runtime/date.ts";
import { asService } from "#services/kit/principal.ts";
import { noRefresh, refreshInProgress, unsupported, validationError } from "../errors.ts";
import { getGroup, membersOf } from "../groups/capacity.ts";
import { launchSettings } from "../groups/settings.ts";
import { resolveTemplate } from "../launch/source.ts";
import { page } from "../paging.ts";
import { groups, refreshes, type GroupRecord, type RefreshRecord } from "../records.ts";
import type { State } from "../state.ts";

type Preferences = NonNullable<Input<"autoscaling", "StartInstanceRefresh">["Preferences"]>;

const active = ["Pending", "InProgress", "Cancelling"];

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html */
export const startInstanceRefresh: Operation<"autoscaling", "StartInstanceRefresh", State> = async (
  input,
  context,
) => {
  const name = input.AutoScalingGroupName!;
  if (input.Strategy !== undefined && input.Strategy !== "Rolling")
    throw unsupported(`Strategy ${input.Strategy}`);
  const { Preferences: preferences = {}, DesiredConfiguration: configuration } = input;
  refuse(preferences);
  if (configuration?.MixedInstancesPolicy) throw unsupported("MixedInstancesPolicy");
  const source = configuration?.LaunchTemplate
    ? await launchSettings({ LaunchTemplate: configuration.LaunchTemplate }, context)
    : undefined;
  const present = await context.store.transaction((tx) => getGroup(tx, context, name));
  const future: GroupRecord = { ...present, ...source };
  const matching = preferences.SkipMatching ? await versionOf(context, future) : undefined;
  const nowMs = context.clock.now();
  const id = context.random.uuid();
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, name);
    const [latest] = await refreshes.list(tx, context, [name], { limit: 1, reverse: true });
    if (latest && active.includes(latest.status)) throw refreshInProgress();
    if (source) groups.put(tx, context, [name], { ...group, ...source });
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
    const healthy = percentages(group, preferences);
    refreshes.put(tx, context, [name, nowMs, id], {
      id,
      group: name,
      status: "Pending",
      startMs: nowMs,
      ...healthy,
      ...(preferences.InstanceWarmup !== undefined && {
        warmupSeconds: preferences.InstanceWarmup,
      }),
      skipMatching: preferences.SkipMatching ?? false,
      scaleInProtected: preferences.ScaleInProtectedInstances ?? "Ignore",
      standby: preferences.StandbyInstances ?? "Ignore",
      outdated,
      total: outdated.length,
    } satisfies RefreshRecord);
  });
  return { InstanceRefreshId: id };
};

function refuse(preferences: Preferences): void {
  if (preferences.CheckpointPercentages?.length) throw unsupported("CheckpointPercentages");
  if (preferences.AutoRollback) throw unsupported("AutoRollback");
  if (preferences.AlarmSpecification?.Alarms?.length) throw unsupported("AlarmSpecification");
  if (preferences.BakeTime) throw unsupported("BakeTime");
}

function percentages(
  { maintenance }: GroupRecord,
  { MinHealthyPercentage, MaxHealthyPercentage }: Preferences,
): Pick<RefreshRecord, "minHealthyPercent" | "maxHealthyPercent"> {
  const minHealthyPercent = MinHealthyPercentage ?? maintenance?.minHealthyPercent ?? 90;
  // "If you specify 100 as minimum alone, the maximum is 110", so that something can be replaced.
  const maxHealthyPercent =
    MaxHealthyPercentage ??
    maintenance?.maxHealthyPercent ??
    (minHealthyPercent === 100 ? 110 : 100);
  if (maxHealthyPercent - minHealthyPercent > 100)
    throw validationError(
      "The difference between MinHealthyPercentage and MaxHealthyPercentage cannot be greater than 100",
    );
  return { minHealthyPercent, maxHealthyPercent };
}

async function versionOf(context: Parameters<typeof startInstanceRefresh>[1], group: GroupRecord) {
  if (!group.launchTemplate) throw unsupported("SkipMatching with a launch configuration");
  const caller = asService(context, "autoscaling.amazonaws.com");
  return (await resolveTemplate(context.clients, caller, group.launchTemplate)).ref;
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html */
export const cancelInstanceRefresh: Operation<
  "autoscaling",
  "CancelInstanceRefresh",
  State
> = async (input, context) => {
  const name = input.AutoScalingGroupName!;
  const id = await context.store.transaction(async (tx) => {
    await getGroup(tx, context, name);
    const [latest] = await refreshes.list(tx, context, [name], { limit: 1, reverse: true });
    if (!latest || !["Pending", "InProgress"].includes(latest.status)) throw noRefresh();
    refreshes.put(tx, context, [name, latest.startMs, latest.id], {
      ...latest,
      status: "Cancelling",
      statusReason: "Cancelled due to user request.",
    });
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
  return { InstanceRefreshes: items.map(describe), ...next };
};

function describe(refresh: RefreshRecord): InstanceRefresh {
  const { total, outdated } = refresh;
  const done = total === 0 ? 1 : (total - outdated.length) / total;
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: refresh.group,
    Status: refresh.status,
    Strategy: "Rolling",
    ...(refresh.statusReason !== undefined && { StatusReason: refresh.statusReason }),
    StartTime: dateOf(refresh.startMs),
    ...(refresh.endMs !== undefined && { EndTime: dateOf(refresh.endMs) }),
    // Complete only when the last replacement has warmed up.
    PercentageComplete:
      refresh.status === "Successful" ? 100 : Math.min(99, Math.floor(done * 100)),
    InstancesToUpdate: outdated.length,
    Preferences: {
      MinHealthyPercentage: refresh.minHealthyPercent,
      MaxHealthyPercentage: refresh.maxHealthyPercent,
      ...(refresh.warmupSeconds !== undefined && { InstanceWarmup: refresh.warmupSeconds }),
      SkipMatching: refresh.skipMatching,
      AutoRollback: false,
      ScaleInProtectedInstances: refresh.scaleInProtected,
      StandbyInstances: refresh.standby,
    },
  };
}
