/**
 * Which instance goes first. Pure.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
 */

export interface Candidate {
  id: string;
  zone: string;
  launchedMs: number;
  /** Version number of the launch template; undefined with a launch configuration. */
  templateVersion?: number;
  /** Its launch template is not one that the group uses now. */
  foreignTemplate?: boolean;
  /** How far it is from what its allocation strategy would take; the highest goes first. */
  misfit?: number;
  /** Creation time of the launch configuration. */
  configurationMs?: number;
}

const hourMs = 3_600_000;

type Narrowing = (candidates: readonly Candidate[], nowMs: number) => Candidate[];

/** Those for which the measure is least. */
function least(candidates: readonly Candidate[], measure: (one: Candidate) => number): Candidate[] {
  const best = candidates.reduce((low, one) => Math.min(low, measure(one)), Infinity);
  return candidates.filter((one) => measure(one) === best);
}

const oldestConfiguration: Narrowing = (candidates) => {
  const configured = candidates.filter(({ configurationMs }) => configurationMs !== undefined);
  // Launch configurations are older than any launch template.
  return configured.length > 0
    ? least(configured, ({ configurationMs }) => configurationMs!)
    : [...candidates];
};

/** "The noncurrent launch template first, followed by the oldest version of the current." */
const oldestTemplate: Narrowing = (candidates) =>
  least(candidates, ({ templateVersion, foreignTemplate }) =>
    foreignTemplate ? -1 : (templateVersion ?? 0),
  );

const allocationStrategy: Narrowing = (candidates) =>
  least(candidates, ({ misfit }) => -(misfit ?? 0));

const closestToHour: Narrowing = (candidates, nowMs) =>
  least(candidates, ({ launchedMs }) => hourMs - ((nowMs - launchedMs) % hourMs));

const narrowings: Record<string, Narrowing> = {
  AllocationStrategy: allocationStrategy,
  OldestInstance: (candidates) => least(candidates, ({ launchedMs }) => launchedMs),
  NewestInstance: (candidates) => least(candidates, ({ launchedMs }) => -launchedMs),
  OldestLaunchConfiguration: oldestConfiguration,
  OldestLaunchTemplate: oldestTemplate,
  ClosestToNextInstanceHour: closestToHour,
  // Only instances of a mixed instances policy can misfit.
  Default: (candidates, nowMs) =>
    [allocationStrategy, oldestConfiguration, oldestTemplate, closestToHour].reduce<Candidate[]>(
      (left, narrow) => narrow(left, nowMs),
      [...candidates],
    ),
};

/**
 * The instance to terminate: from the zone that has most instances of the whole group, by the
 * policies in turn. `crowd` counts the instances per zone, those that may not go included.
 */
export function selectForTermination(
  candidates: readonly Candidate[],
  crowd: ReadonlyMap<string, number>,
  policies: readonly string[],
  nowMs: number,
): Candidate | undefined {
  let left = least(candidates, ({ zone }) => -(crowd.get(zone) ?? 0));
  // What a function said has been heard by now.
  for (const policy of policies.filter((one) => one in narrowings))
    left = narrowings[policy]!(left, nowMs);
  // AWS picks at random; the first by id is as good and can be repeated.
  return left.sort((a, b) => (a.id < b.id ? -1 : 1))[0];
}
