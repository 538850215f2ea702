/** The log events of a time range that a rule looked at when they came. */
import type { Client, Environment } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import type { Scope } from "#store/collection.ts";
import type { InsightRuleRecord } from "../records.ts";
import type { RuleDefinition } from "./definition.ts";
import { observe, type Observation } from "./observe.ts";

export async function* observedEvents(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
  { spans }: InsightRuleRecord,
  definition: RuleDefinition,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): AsyncGenerator<{ observation: Observation; timeMs: number }> {
  const logs = clients.logs(asService(scope, "cloudwatch.amazonaws.com"));
  const seen = (arrivedMs: number) =>
    spans.some(
      ({ fromMs: start, toMs: end = Number.POSITIVE_INFINITY }) =>
        arrivedMs >= start && arrivedMs < end,
    );
  for (const logGroupName of await groupNames(logs, definition.groups)) {
    let nextToken: string | undefined;
    do {
      const page = await logs.FilterLogEvents({
        logGroupName,
        startTime: Math.ceil(fromMs),
        endTime: Math.ceil(toMs) - 1,
        ...(nextToken !== undefined && { nextToken }),
      });
      for (const { message = "", timestamp = 0, ingestionTime = 0 } of page.events ?? []) {
        const observation = seen(ingestionTime) ? observe(definition, message) : undefined;
        if (observation) yield { observation, timeMs: timestamp };
      }
      ({ nextToken } = page);
    } while (nextToken !== undefined);
  }
}

/** Groups that exist, each once. */
async function groupNames(logs: Client<"logs">, patterns: readonly string[]): Promise<Set<string>> {
  const names = new Set<string>();
  for (const pattern of patterns) {
    const whole = !pattern.endsWith("*");
    const prefix = whole ? pattern : pattern.slice(0, -1);
    let nextToken: string | undefined;
    do {
      const page = await logs.DescribeLogGroups({
        ...(prefix !== "" && { logGroupNamePrefix: prefix }),
        ...(nextToken !== undefined && { nextToken }),
      });
      for (const { logGroupName: name = "" } of page.logGroups ?? [])
        if (!whole || name === pattern) names.add(name);
      ({ nextToken } = page);
    } while (nextToken !== undefined);
  }
  return names;
}
