/** Taking an instance out of its load balancers, patiently. Pure. */
import type { ActivityChange } from "../activities.ts";
import { longestDrainMs } from "../limits.ts";
import type { MemberRecord } from "../records.ts";
import type { Observation } from "./observe.ts";

type Targets = Observation["targets"];

/** The target groups that have the instance: those written down, and those seen, for the record may have been lost. */
export function holding({ registered, instanceId }: MemberRecord, targets: Targets): string[] {
  const seen = [...targets].filter(([, states]) => states.has(instanceId ?? ""));
  return [...new Set([...registered, ...seen.map(([arn]) => arn)])];
}

interface DrainStep {
  member: MemberRecord;
  /** To be asked to let it go. */
  arns: string[];
  /** What the activity says when draining has just begun. */
  began?: ActivityChange;
}

export function drainStep(member: MemberRecord, targets: Targets, nowMs: number): DrainStep {
  const all = holding(member, targets);
  if (member.drainingMs === undefined)
    return {
      member: { ...member, drainingMs: nowMs },
      arns: all,
      began: {
        status: "WaitingForELBConnectionDraining",
        progress: 50,
        ...(member.state === "Terminating" && {
          description: `Terminating EC2 instance: ${member.instanceId} - Waiting For ELB Connection Draining.`,
        }),
      },
    };
  const stateIn = (arn: string) => targets.get(arn)?.get(member.instanceId!);
  const held = all.filter((arn) => !targets.has(arn) || stateIn(arn) !== undefined);
  // Asked again, in case the first request was lost with the process.
  const arns = held.filter((arn) => stateIn(arn) !== "draining" && targets.has(arn));
  if (held.length > 0 && nowMs < member.drainingMs + longestDrainMs) return { member, arns };
  const { drainingMs: _, ...rest } = member;
  return { member: { ...rest, registered: [] }, arns };
}
