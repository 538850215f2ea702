/** Rules of Contributor Insights. */
import type { PartialFailure } from "@aws-sdk/client-cloudwatch";
import type { Context, Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import { parseDefinition } from "../contributor-insights/definition.ts";
import { invalidNextToken, invalidValue, limitExceeded, missingParameter } from "../errors.ts";
import { insightRulesPerPage, mostInsightRules } from "../limits.ts";
import type { State } from "../metrics/memory.ts";
import { insightRules, type InsightRuleRecord } from "../records.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutInsightRule.html */
export const putInsightRule: Operation<"cloudwatch", "PutInsightRule", State> = async (
  input,
  context,
) => {
  const { RuleName: name = "", RuleDefinition: definition = "", RuleState = "ENABLED" } = input;
  if (RuleState !== "ENABLED" && RuleState !== "DISABLED")
    throw invalidValue("The value for parameter RuleState must be ENABLED or DISABLED.");
  if (input.ApplyOnTransformedLogs)
    throw invalidValue("Fogbank does not transform logs: ApplyOnTransformedLogs is not supported.");
  parseDefinition(definition, context.account);
  const nowMs = context.clock.now();
  await context.store.transaction(async (tx) => {
    const present = await insightRules.get(tx, context, name);
    if (!present && (await insightRules.list(tx, context)).length >= mostInsightRules)
      throw limitExceeded(`An account has at most ${mostInsightRules} rules in a region.`);
    const kept = present?.definition === definition ? present : undefined;
    const rule = {
      name,
      definition,
      spans: kept?.spans ?? [],
      // "If you are using this operation to update an existing rule, any tags you specify are ignored."
      tags: present ? (present.tags ?? {}) : tagsFromList(input.Tags),
    };
    insightRules.put(tx, context, [name], withState(rule, RuleState === "ENABLED", nowMs));
  });
  return {};
};

/** A rule looks at what comes while it is enabled. */
function withState(rule: InsightRuleRecord, enabled: boolean, nowMs: number): InsightRuleRecord {
  const open = isEnabled(rule);
  if (enabled === open) return rule;
  if (enabled) return { ...rule, spans: [...rule.spans, { fromMs: nowMs }] };
  const closed = rule.spans.map((span) => ({ toMs: nowMs, ...span }));
  return { ...rule, spans: closed };
}

function isEnabled({ spans }: InsightRuleRecord): boolean {
  const last = spans.at(-1);
  return last !== undefined && last.toMs === undefined;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeInsightRules.html */
export const describeInsightRules: Operation<"cloudwatch", "DescribeInsightRules", State> = async (
  input,
  context,
) => {
  const all = await context.store.transaction((tx) => insightRules.list(tx, context));
  const { items, nextToken } = paginate(all, {
    limit: input.MaxResults ?? insightRulesPerPage,
    token: input.NextToken,
    keyOf: ({ name }) => name,
    invalidToken: invalidNextToken,
  });
  return {
    InsightRules: items.map((rule) => ({
      Name: rule.name,
      State: isEnabled(rule) ? "ENABLED" : "DISABLED",
      Schema: '{"Name" : "CloudWatchLogRule", "Version" : 1}',
      Definition: rule.definition,
      ManagedRule: false,
      ApplyOnTransformedLogs: false,
    })),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_EnableInsightRules.html */
export const enableInsightRules: Operation<"cloudwatch", "EnableInsightRules", State> = (
  input,
  context,
) => changeEach(input.RuleNames, context, (rule) => withState(rule, true, context.clock.now()));

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableInsightRules.html */
export const disableInsightRules: Operation<"cloudwatch", "DisableInsightRules", State> = (
  input,
  context,
) => changeEach(input.RuleNames, context, (rule) => withState(rule, false, context.clock.now()));

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteInsightRules.html */
export const deleteInsightRules: Operation<"cloudwatch", "DeleteInsightRules", State> = (
  input,
  context,
) => changeEach(input.RuleNames, context, () => undefined);

async function changeEach(
  names: readonly string[] | undefined,
  context: Context<State>,
  change: (rule: InsightRuleRecord) => InsightRuleRecord | undefined,
): Promise<{ Failures: PartialFailure[] }> {
  if (!names?.length) throw missingParameter("The parameter RuleNames is required.");
  const Failures: PartialFailure[] = [];
  await context.store.transaction(async (tx) => {
    for (const name of names) {
      const rule = await insightRules.get(tx, context, name);
      if (!rule) {
        Failures.push({
          FailureResource: name,
          ExceptionType: "ResourceNotFoundException",
          FailureCode: "ResourceNotFound",
          FailureDescription: `Rule ${name} does not exist`,
        });
        continue;
      }
      const changed = change(rule);
      if (changed) insightRules.put(tx, context, [name], changed);
      else insightRules.delete(tx, context, name);
    }
  });
  return { Failures };
}
