/**
 * Termination policies that are functions: they say which instances may go.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lambda-custom-termination-policy.html
 */
import { AwsError } from "#model/error.ts";
import type { Caller, Environment } from "#services/kit/service.ts";
import { isFunctionPolicy } from "../groups/termination-function.ts";
import type { Ask } from "../planning/consent.ts";
import type { GroupRecord, MemberRecord } from "../records.ts";

/** "Waits a short time before invoking your function again." */
export const askAgainMs = 10_000;

/** "The number of instances provided in the input data is limited." */
const mostInstances = 30_000;

/** Undefined for a group whose first policy has a name. */
export function policyFunction({ terminationPolicies }: GroupRecord): string | undefined {
  const [first = ""] = terminationPolicies;
  return isFunctionPolicy(first) ? first : undefined;
}

/** Instances that may go; none while the function fails, is not to be called, or answers what cannot be understood. */
export async function nominate(
  env: Environment,
  caller: Caller,
  group: GroupRecord,
  serving: readonly MemberRecord[],
  ask: Ask,
): Promise<ReadonlySet<string>> {
  const functionArn = policyFunction(group)!;
  const event = eventOf(group, caller.principal.sourceArn ?? "", serving, ask);
  try {
    const { FunctionError, Payload } = await env.clients
      .lambda(caller)
      .Invoke({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(event)) as never });
    if (FunctionError === undefined) return readAnswer(Payload as Uint8Array);
    env.log.warn("a termination policy's function failed", { functionArn, FunctionError });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    env.log.warn("a termination policy's function was not called", { functionArn, error });
  }
  return new Set();
}

const marketOf = ({ spot }: MemberRecord) => (spot ? "spot" : "on-demand");

function eventOf(
  group: GroupRecord,
  groupArn: string,
  serving: readonly MemberRecord[],
  { cause, units, memberIds }: Ask,
) {
  const asked = new Set(memberIds);
  const eligible = serving.filter(({ id }) => asked.has(id));
  const suggested = isByBalance(cause) ? fromFullZones(eligible, serving) : eligible;
  return {
    AutoScalingGroupARN: groupArn,
    AutoScalingGroupName: group.name,
    CapacityToTerminate: capacityByZone(eligible, units),
    Instances: suggested.slice(0, mostInstances).map((member) => ({
      AvailabilityZone: member.zone,
      InstanceId: member.instanceId,
      InstanceType: member.instanceType,
      InstanceMarketOption: marketOf(member),
    })),
    ...(suggested.length > mostInstances && { HasMoreInstances: true }),
    Cause: cause,
  };
}

/** "Maintaining balance across Availability Zones takes precedence" for these. */
const isByBalance = (cause: Ask["cause"]) => cause === "SCALE_IN" || cause === "INSTANCE_REFRESH";

/** Where zones are even, all; else only those in the zone that has most. */
function fromFullZones(
  eligible: readonly MemberRecord[],
  serving: readonly MemberRecord[],
): readonly MemberRecord[] {
  const crowd = crowdOf(serving);
  const most = Math.max(...crowd.values());
  const full = eligible.filter(({ zone }) => crowd.get(zone) === most);
  return full.length > 0 ? full : eligible;
}

function crowdOf(members: readonly MemberRecord[]): Map<string, number> {
  const crowd = new Map<string, number>();
  for (const { zone } of members) crowd.set(zone, (crowd.get(zone) ?? 0) + 1);
  return crowd;
}

/** From the zones that have most, so that they are even afterwards. */
function capacityByZone(eligible: readonly MemberRecord[], units: number) {
  const left = [...eligible];
  const counts = new Map<string, number>();
  for (let taken = 0; taken < units && left.length > 0;) {
    const crowd = crowdOf(left);
    const most = Math.max(...crowd.values());
    const member = left.find(({ zone }) => crowd.get(zone) === most)!;
    left.splice(left.indexOf(member), 1);
    taken += member.weight ?? 1;
    const place = JSON.stringify([member.zone, marketOf(member)]);
    counts.set(place, (counts.get(place) ?? 0) + (member.weight ?? 1));
  }
  return [...counts].map(([place, Capacity]) => {
    const [AvailabilityZone, InstanceMarketOption] = JSON.parse(place) as [string, string];
    return { AvailabilityZone, Capacity, InstanceMarketOption };
  });
}

function readAnswer(payload: Uint8Array): ReadonlySet<string> {
  try {
    const answer = JSON.parse(Buffer.from(payload).toString()) as { InstanceIDs?: unknown } | null;
    const ids = answer?.InstanceIDs;
    return new Set(Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : []);
  } catch {
    return new Set();
  }
}
