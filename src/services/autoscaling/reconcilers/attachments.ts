/** How far target groups are attached to or detached from a group. */
import type { GroupRecord, MemberRecord, TargetGroupAttachment } from "../records.ts";
import type { Observation } from "./observe.ts";
import type { Outcome } from "./outcome.ts";

/** The group with its attachments as they are now; the same group when nothing changed. */
export function settleAttachments(
  group: GroupRecord,
  members: readonly MemberRecord[],
  { targets }: Observation,
  outcome: Pick<Outcome, "deregister">,
): GroupRecord {
  let changed = false;
  const targetGroups: TargetGroupAttachment[] = [];
  for (const attachment of group.targetGroups) {
    const state = stateOf(attachment, members, targets.get(attachment.arn), outcome);
    if (state === "Removed") changed = true;
    else {
      changed ||= state !== attachment.state;
      targetGroups.push({ arn: attachment.arn, state });
    }
  }
  return changed ? { ...group, targetGroups } : group;
}

function stateOf(
  { arn, state }: TargetGroupAttachment,
  members: readonly MemberRecord[],
  targets: ReadonlyMap<string, string> | undefined,
  outcome: Pick<Outcome, "deregister">,
): TargetGroupAttachment["state"] {
  const inService = members.filter((member) => member.state === "InService");
  if (state === "Removing") {
    // What was seen counts too: the record of a registration may have been lost.
    const held = members.filter(
      ({ registered, instanceId }) =>
        registered.includes(arn) || (targets?.get(instanceId ?? "") ?? "draining") !== "draining",
    );
    for (const member of held) outcome.deregister.push({ member, arns: [arn] });
    const draining = members.some(
      ({ instanceId }) => targets?.get(instanceId ?? "") === "draining",
    );
    return held.length === 0 && !draining ? "Removed" : "Removing";
  }
  const healthy = inService.some(({ instanceId }) => targets?.get(instanceId ?? "") === "healthy");
  if (healthy) return "InService";
  const all = inService.every(({ registered }) => registered.includes(arn));
  // Once at least one instance passed its health checks, the attachment stays in service.
  if (state === "InService") return "InService";
  return all ? "Added" : "Adding";
}
