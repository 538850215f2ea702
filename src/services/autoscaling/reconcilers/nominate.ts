/**
 * Termination policies that are functions: they say which instances may go.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lambda-custom-termination-policy.html
 */
import { AwsError } from "#model/error.ts";
import type { Caller, Environment } from "#services/kit/service.ts";
import { isFunctionPolicy } from "../groups/termination-function.ts";
import type { GroupRecord, MemberRecord } from "../records.ts";
import type { GroupView } from "./view.ts";

/** Undefined for a group whose first policy has a name. */
function policyFunction({ terminationPolicies }: GroupRecord): string | undefined {
  const [first = ""] = terminationPolicies;
  return isFunctionPolicy(first) ? first : undefined;
}

/**
 * Asks the function when there are too many instances. None may go while it fails, is not to be
 * called, or answers what cannot be understood; undefined where nobody has to ask.
 */
export async function nominate(
  env: Environment,
  caller: Caller,
  { group, roster }: Pick<GroupView, "group" | "roster">,
): Promise<ReadonlySet<string> | undefined> {
  const functionArn = policyFunction(group);
  if (functionArn === undefined) return undefined;
  const serving = [...roster.members.values()].filter(
    ({ state, instanceId }) => state === "InService" && instanceId !== undefined,
  );
  const surplus = serving.reduce((sum, { weight = 1 }) => sum + weight, 0) - group.desired;
  if (surplus <= 0 || group.deleting) return new Set();
  const event = eventOf(group, caller.principal.sourceArn ?? "", serving, surplus);
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

function eventOf(
  group: GroupRecord,
  groupArn: string,
  serving: readonly MemberRecord[],
  surplus: number,
) {
  const marketOf = ({ spot }: MemberRecord) => (spot ? "spot" : "on-demand");
  return {
    AutoScalingGroupARN: groupArn,
    AutoScalingGroupName: group.name,
    CapacityToTerminate: capacityByZone(serving, surplus, marketOf),
    Instances: serving
      .filter((member) => !member.protected)
      .map((member) => ({
        AvailabilityZone: member.zone,
        InstanceId: member.instanceId,
        InstanceType: member.instanceType,
        InstanceMarketOption: marketOf(member),
      })),
    Cause: "SCALE_IN",
  };
}

/** From the zones that have most, so that they are even afterwards. */
function capacityByZone(
  serving: readonly MemberRecord[],
  surplus: number,
  marketOf: (member: MemberRecord) => string,
) {
  const left = [...serving];
  const counts = new Map<string, number>();
  for (let taken = 0; taken < surplus && left.length > 0;) {
    const crowd = new Map<string, number>();
    for (const { zone } of left) crowd.set(zone, (crowd.get(zone) ?? 0) + 1);
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
