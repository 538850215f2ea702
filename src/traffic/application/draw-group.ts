/** Draws a target group by weight; a group of weight 0 gets nothing. */
import type { Random } from "#runtime/random.ts";
import type { ActionConfig } from "./config.ts";

/** Its ARN; undefined where all weights are 0. */
export function drawGroup(
  { groups }: Extract<ActionConfig, { type: "forward" }>,
  random: Random,
): string | undefined {
  const [first] = groups;
  if (groups.length === 1 && first && first.weight > 0) return first.arn;
  let total = 0;
  for (const { weight } of groups) total += weight;
  if (total === 0) return undefined;
  let drawn = random.next() * total;
  for (const { arn, weight } of groups) {
    drawn -= weight;
    if (drawn < 0) return arn;
  }
  return groups.findLast(({ weight }) => weight > 0)?.arn;
}
