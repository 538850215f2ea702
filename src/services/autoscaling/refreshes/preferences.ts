/** What a refresh is asked to heed. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html */
import type { Input } from "#model/sdk.ts";
import { validationError } from "../errors.ts";
import type { GroupRecord } from "../records.ts";
import type { LaunchSettingsRecord, RefreshRecord } from "./records.ts";

type Preferences = NonNullable<Input<"autoscaling", "StartInstanceRefresh">["Preferences"]>;

const defaultCheckpointDelaySeconds = 3600;
const mostAlarms = 10;

/** Throws ValidationError. */
export function readPreferences(
  group: GroupRecord,
  maintenance: GroupRecord["maintenance"],
  preferences: Preferences,
  hasDesired: boolean,
): Pick<
  RefreshRecord,
  | "minHealthyPercent"
  | "maxHealthyPercent"
  | "warmupSeconds"
  | "skipMatching"
  | "scaleInProtected"
  | "standby"
  | "autoRollback"
  | "checkpoints"
  | "bakeSeconds"
  | "alarms"
> {
  const { InstanceWarmup: warmup, BakeTime: bake, AutoRollback = false } = preferences;
  const alarms = preferences.AlarmSpecification?.Alarms ?? [];
  if (alarms.length > mostAlarms)
    throw validationError(`You can specify up to ${mostAlarms} CloudWatch alarms.`);
  if (AutoRollback) {
    if (!hasDesired)
      throw validationError(
        "Auto rollback requires a desired configuration to be specified for the instance refresh.",
      );
    const problem = irreversible(group);
    if (problem !== undefined) throw validationError(problem);
  }
  const checkpoints = readCheckpoints(preferences);
  return {
    ...percentages(maintenance, preferences),
    ...(warmup !== undefined && warmup >= 0 && { warmupSeconds: warmup }),
    skipMatching: preferences.SkipMatching ?? false,
    scaleInProtected: preferences.ScaleInProtectedInstances ?? "Wait",
    standby: preferences.StandbyInstances ?? "Wait",
    autoRollback: AutoRollback,
    ...(checkpoints && { checkpoints }),
    ...(bake !== undefined && bake > 0 && { bakeSeconds: bake }),
    ...(alarms.length > 0 && { alarms }),
  };
}

/** Why there is no way back to the settings; undefined when there is. */
export function irreversible(settings: LaunchSettingsRecord | undefined): string | undefined {
  if (!settings)
    return "The instance refresh has no desired configuration, so there is nothing to roll back to.";
  const version = settings.launchTemplate?.version;
  return version === "$Latest" || version === "$Default"
    ? "Rollback is not supported for groups whose launch template has the version $Latest or $Default."
    : undefined;
}

function readCheckpoints({
  CheckpointPercentages: percents = [],
  CheckpointDelay: delay,
}: Preferences): RefreshRecord["checkpoints"] {
  if (percents.length === 0) {
    if (delay !== undefined)
      throw validationError(
        "CheckpointPercentages must be specified when CheckpointDelay is specified",
      );
    return undefined;
  }
  if (percents.some((percent, index) => percent <= (percents[index - 1] ?? 0) || percent > 100))
    throw validationError("CheckpointPercentages must be between 1 and 100 in ascending order");
  return { percentages: percents, delaySeconds: delay ?? defaultCheckpointDelaySeconds };
}

function percentages(
  maintenance: GroupRecord["maintenance"],
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
