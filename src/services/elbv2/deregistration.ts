import { attributeOf } from "./attributes.ts";
import { groupTable } from "./kinds.ts";
import type { TargetGroupRecord } from "./records.ts";

/**
 * How long a deregistered target drains, in milliseconds. A function has nothing that could drain: its group does
 * not have the attribute.
 */
export function deregistrationDelayMs(group: TargetGroupRecord): number {
  if (group.targetType === "lambda") return 0;
  const key = "deregistration_delay.timeout_seconds";
  return Number(attributeOf(groupTable(group), group.attributes, key)) * 1000;
}
