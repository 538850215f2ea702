/** Asks EC2 for the instances that were decided on, and writes down what came of it. */
import type { Caller, Environment } from "#services/kit/service.ts";
import { AwsError } from "#model/error.ts";
import type { Scope } from "#store/collection.ts";
import { changeActivity } from "../activities.ts";
import { isWarm } from "../groups/capacity.ts";
import { detailsOf } from "../groups/describe-activity.ts";
import { checkBalancers, MissingBalancersError } from "../groups/missing-balancers.ts";
import { batchRequest, launchSource, type LaunchSource } from "../launch/source.ts";
import { firstLaunchBackoffMs, longestLaunchBackoffMs } from "../limits.ts";
import { poolKey } from "../planning/allocation.ts";
import type { Backoff } from "../launch/launch-records.ts";
import { groups, memberIndex, members, type GroupRecord, type MemberRecord } from "../records.ts";

type LaunchEnvironment = Pick<Environment, "clients" | "clock" | "random" | "store">;

export async function launch(
  env: LaunchEnvironment,
  scope: Scope,
  caller: Caller,
  {
    group,
    launch: fresh,
    isFirst = false,
  }: { group: GroupRecord; launch: readonly MemberRecord[]; isFirst?: boolean },
): Promise<void> {
  const wanted = fresh.filter(({ launch: intent }) => intent);
  const sources = new Map<string, LaunchSource>();
  for (const [token, batch] of Map.groupBy(wanted, ({ launch: intent }) => intent!.token)) {
    const { zone, subnetId, choice, weight, launch: intent } = batch[0]!;
    const template = choice?.launchTemplate;
    const key = template ? `${template.id}/${template.version}` : "";
    try {
      // What was asked for before may be there already, and is not to be forgotten.
      if (isFirst) await checkBalancers(env, caller, group);
      let source = sources.get(key);
      if (!source) {
        source = await launchSource(env, scope, caller, group, template);
        sources.set(key, source);
      }
      const { Instances = [] } = await env.clients.ec2(caller).RunInstances(
        batchRequest(group, source, {
          token,
          count: intent!.count,
          zone,
          subnetId,
          choice,
          weight,
        }),
      );
      const idAt = (index: number) => Instances[index]?.InstanceId;
      await recordLaunch(env, scope, group, batch, source, idAt);
    } catch (error) {
      await failLaunch(env, scope, group, batch, error);
    }
  }
}

async function recordLaunch(
  env: LaunchEnvironment,
  scope: Scope,
  asked: GroupRecord,
  batch: readonly MemberRecord[],
  source: LaunchSource,
  instanceAt: (index: number) => string | undefined,
): Promise<void> {
  const writing = { random: env.random, scope, nowMs: env.clock.now() };
  await env.store.transaction(async (tx) => {
    for (const { id, launch: intent } of batch) {
      const present = await members.get(tx, scope, asked.name, id);
      const instanceId = instanceAt(intent!.index);
      if (!present || instanceId === undefined) continue;
      memberIndex.put(tx, scope, [instanceId], { group: asked.name, memberId: id });
      members.put(tx, scope, [asked.name, id], {
        ...present,
        instanceId,
        ...(source.template && { launchTemplate: source.template }),
        ...(source.configurationName !== undefined && {
          launchConfigurationName: source.configurationName,
          launchConfigurationMs: source.configurationMs!,
        }),
      });
      await changeActivity(tx, writing, asked, present.activity, {
        status: "InProgress",
        progress: 30,
        description: isWarm(present)
          ? `Launching a new EC2 instance into warm pool: ${instanceId}`
          : `Launching a new EC2 instance: ${instanceId}`,
        instanceId,
        details: detailsOf(present),
      });
    }
    const group = await groups.get(tx, scope, asked.name);
    if (group)
      clearBackoff(group, batch[0]!, (cleared) => groups.put(tx, scope, [group.name], cleared));
  });
}

function clearBackoff(
  group: GroupRecord,
  { zone, choice }: MemberRecord,
  put: (group: GroupRecord) => void,
): void {
  const { launchBackoff, shortages = {}, ...rest } = group;
  const places = new Set([zone, choice && poolKey(zone, choice.instanceType, choice.spot)]);
  const left = Object.entries(shortages).filter(([place]) => !places.has(place));
  if (!launchBackoff && left.length === Object.keys(shortages).length) return;
  put({ ...rest, ...(left.length > 0 && { shortages: Object.fromEntries(left) }) });
}

/** What another zone or another instance type may have while this one has not. */
const shortage = /^(Insufficient|SpotMaxPriceTooLow|MaxSpotInstanceCountExceeded|Unsupported$)/;

/** The activity tells why; the group tries again after a growing pause, or elsewhere at once. */
async function failLaunch(
  env: LaunchEnvironment,
  scope: Scope,
  asked: GroupRecord,
  batch: readonly MemberRecord[],
  error: unknown,
): Promise<void> {
  if (!(error instanceof AwsError)) throw error;
  const nowMs = env.clock.now();
  const writing = { random: env.random, scope, nowMs };
  const statusMessage =
    error instanceof MissingBalancersError
      ? error.message
      : `${error.message.replace(/\.?$/, ".")} Launching EC2 instance failed.`;
  const { zone, choice } = batch[0]!;
  await env.store.transaction(async (tx) => {
    for (const { id, activity } of batch) {
      members.delete(tx, scope, asked.name, id);
      await changeActivity(tx, writing, asked, activity, {
        status: "Failed",
        statusMessage,
        description: `Launching a new EC2 instance.  Status Reason: ${statusMessage}`,
      });
    }
    const group = await groups.get(tx, scope, asked.name);
    if (!group) return;
    if (!shortage.test(error.code)) {
      const launchBackoff = longer(group.launchBackoff, nowMs);
      return groups.put(tx, scope, [group.name], { ...group, launchBackoff });
    }
    const place = choice ? poolKey(zone, choice.instanceType, choice.spot) : zone;
    groups.put(tx, scope, [group.name], {
      ...group,
      shortages: { ...group.shortages, [place]: longer(group.shortages?.[place], nowMs) },
    });
  });
}

function longer(backoff: Backoff | undefined, nowMs: number): Backoff {
  const failures = (backoff?.failures ?? 0) + 1;
  const pauseMs = Math.min(longestLaunchBackoffMs, firstLaunchBackoffMs * 2 ** (failures - 1));
  return { failures, untilMs: nowMs + pauseMs };
}
