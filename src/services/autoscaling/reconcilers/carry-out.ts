/** Asks EC2 and the load balancers for what was decided, and writes down what came of it. */
import type { Caller, Client, Environment } from "#services/kit/service.ts";
import { AwsError } from "#model/error.ts";
import type { Scope } from "#store/collection.ts";
import { isClassic } from "../groups/target-groups.ts";
import { isMissing, notUpdated } from "../groups/missing-balancers.ts";
import { members, type MemberRecord } from "../records.ts";
import { launch } from "./launch.ts";
import type { Outcome } from "./outcome.ts";

/** Everything is tried; the first failure is thrown at the end, so that the pass is repeated. */
export async function carryOut(
  env: Environment,
  scope: Scope,
  caller: Caller,
  outcome: Outcome,
): Promise<void> {
  const failures: unknown[] = [];
  const attempt = (work: Promise<void>) =>
    work.catch((error: unknown) => void failures.push(error));
  await attempt(deregister(env, scope, caller, outcome));
  await attempt(terminate(env, scope, caller, outcome));
  await attempt(startAndStop(env, caller, outcome));
  await attempt(register(env, scope, caller, outcome));
  await attempt(release(env, scope, caller, outcome));
  const { group } = outcome.view;
  await attempt(launch(env, scope, caller, { group, launch: outcome.launchAgain }));
  await attempt(launch(env, scope, caller, { group, launch: outcome.launch, isFirst: true }));
  await attempt(deleteAlarms(env, caller, outcome));
  if (failures.length > 0) throw failures[0];
}

async function change(
  env: Environment,
  scope: Scope,
  ids: readonly MemberRecord[],
  to: (member: MemberRecord) => MemberRecord,
): Promise<void> {
  if (ids.length === 0) return;
  await env.store.transaction(async (tx) => {
    for (const { group, id } of ids) {
      const present = await members.get(tx, scope, group, id);
      if (present) members.put(tx, scope, [group, id], to(present));
    }
  });
}

async function deregister(env: Environment, scope: Scope, caller: Caller, outcome: Outcome) {
  const byTargetGroup = new Map<string, MemberRecord[]>();
  for (const { member, arns } of outcome.deregister)
    for (const arn of arns) byTargetGroup.set(arn, [...(byTargetGroup.get(arn) ?? []), member]);
  for (const [arn, leaving] of byTargetGroup) {
    const ids = leaving.map(({ instanceId }) => instanceId!);
    await unlessGone(
      isClassic(arn)
        ? env.clients.elb(caller).DeregisterInstancesFromLoadBalancer({
            LoadBalancerName: arn,
            Instances: ids.map((InstanceId) => ({ InstanceId })),
          })
        : env.clients.elbv2(caller).DeregisterTargets({
            TargetGroupArn: arn,
            Targets: ids.map((Id) => ({ Id })),
          }),
    );
    // Instances that stay only leave this one target group; the others wait until they are drained.
    const staying = leaving.filter(({ state }) => state === "InService");
    await change(env, scope, staying, (member) => ({
      ...member,
      registered: member.registered.filter((other) => other !== arn),
    }));
  }
}

async function terminate(env: Environment, scope: Scope, caller: Caller, outcome: Outcome) {
  const launched = outcome.terminate.filter(({ instanceId }) => instanceId !== undefined);
  if (launched.length === 0) return;
  const ec2 = env.clients.ec2(caller);
  const ids = launched.map(({ instanceId }) => instanceId!);
  try {
    await ec2.TerminateInstances({ InstanceIds: ids });
  } catch (error) {
    if (!isGone(error)) throw error;
    // One that EC2 has forgotten fails the request for all.
    for (const id of ids) await unlessGone(ec2.TerminateInstances({ InstanceIds: [id] }));
  }
  await change(env, scope, launched, (member) => ({ ...member, terminated: true }));
}

/** Asking twice does no harm: what runs already is left as it is. */
async function startAndStop(env: Environment, caller: Caller, { start, stop }: Outcome) {
  const ec2 = env.clients.ec2(caller);
  const ids = (list: readonly MemberRecord[]) => list.map(({ instanceId }) => instanceId!);
  if (start.length > 0) await unlessGone(ec2.StartInstances({ InstanceIds: ids(start) }));
  if (stop.length > 0) await unlessGone(ec2.StopInstances({ InstanceIds: ids(stop) }));
}

async function register(env: Environment, scope: Scope, caller: Caller, outcome: Outcome) {
  const joining = outcome.register;
  if (joining.length === 0) return;
  for (const { arn, state } of outcome.view.group.targetGroups) {
    if (state === "Removing") continue;
    const missing = joining.filter(({ registered }) => !registered.includes(arn));
    if (missing.length === 0) continue;
    let registered: readonly MemberRecord[];
    try {
      registered = isClassic(arn)
        ? await registerInstances(env.clients.elb(caller), arn, missing)
        : await registerTargets(env.clients.elbv2(caller), arn, missing);
    } catch (error) {
      if (!isMissing(error)) throw error;
      await refuse(env, scope, missing, notUpdated(arn, error.message));
      continue;
    }
    await change(env, scope, registered, (member) => ({
      ...member,
      registered: [...member.registered.filter((other) => other !== arn), arn],
    }));
  }
}

/** One that is on its way into service does not get there; the others do without. */
function refuse(env: Environment, scope: Scope, missing: readonly MemberRecord[], refusal: string) {
  const coming = missing.filter(({ state }) => state.startsWith("Pending"));
  return change(env, scope, coming, (member) =>
    member.state.startsWith("Pending") ? { ...member, refusal } : member,
  );
}

async function registerInstances(
  elb: Client<"elb">,
  LoadBalancerName: string,
  joining: readonly MemberRecord[],
): Promise<readonly MemberRecord[]> {
  const Instances = joining.map(({ instanceId }) => ({ InstanceId: instanceId! }));
  await elb.RegisterInstancesWithLoadBalancer({ LoadBalancerName, Instances });
  return joining;
}

/** Returns those that were registered: one that ends at this moment fails the request for all. */
async function registerTargets(
  elb: Client<"elbv2">,
  TargetGroupArn: string,
  joining: readonly MemberRecord[],
): Promise<readonly MemberRecord[]> {
  try {
    const Targets = joining.map(({ instanceId }) => ({ Id: instanceId! }));
    await elb.RegisterTargets({ TargetGroupArn, Targets });
    return joining;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "InvalidTarget") throw error;
    // The next look at the instance finds out what became of it.
    if (joining.length === 1) return [];
    const each = [];
    for (const one of joining) each.push(...(await registerTargets(elb, TargetGroupArn, [one])));
    return each;
  }
}

async function release(env: Environment, scope: Scope, caller: Caller, outcome: Outcome) {
  const ec2 = env.clients.ec2(caller);
  const Tags = [{ Key: "aws:autoscaling:groupName" }];
  // One by one: an instance that EC2 has forgotten fails the request for all.
  for (const { instanceId } of outcome.release)
    await unlessGone(ec2.DeleteTags({ Resources: [instanceId!], Tags }));
  await change(env, scope, outcome.release, (member) => ({ ...member, released: true }));
}

async function deleteAlarms(env: Environment, caller: Caller, { deleteAlarms: names }: Outcome) {
  if (names.length > 0) await env.clients.cloudwatch(caller).DeleteAlarms({ AlarmNames: names });
}

async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    // What is gone already is as it should be.
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof AwsError && /NotFound|InvalidTarget|InvalidInstance/.test(error.code);
}
