/**
 * What an observation means for the health of instances in service. Pure.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
 */
import { causes } from "../causes.ts";
import type { GroupRecord, MemberRecord } from "../records.ts";
import type { Observation } from "./observe.ts";

/** The cause for which the member is to be replaced; undefined while nothing is wrong. */
export function healthProblem(
  group: GroupRecord,
  member: MemberRecord,
  { instances, impaired, targets }: Observation,
  nowMs: number,
): string | undefined {
  const id = member.instanceId!;
  const seen = instances.get(id);
  if (member.state === "Warmed:Stopped" && seen?.state === "stopped") return undefined;
  // An instance that does not run is replaced at once, grace period or not.
  if (seen && seen.state !== "running" && seen.state !== "pending") return causes.gone(nowMs);
  const graceEndsMs = (member.inServiceMs ?? nowMs) + group.healthCheckGraceSeconds * 1000;
  if (nowMs < graceEndsMs) return undefined;
  if (impaired.has(id)) return causes.statusFailed(nowMs);
  if (!group.healthCheckType.includes("ELB")) return undefined;
  const failing = member.registered.some((arn) => targets.get(arn)?.get(id) === "unhealthy");
  return failing ? causes.elbFailed(nowMs) : undefined;
}
