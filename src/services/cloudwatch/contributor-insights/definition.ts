/**
 * What a Contributor Insights rule counts.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContributorInsights-RuleSyntax.html
 */
import { parseArn } from "#services/kit/arn.ts";
import { invalidValue } from "../errors.ts";
import { mostFilterValues, mostRuleFilters, mostRuleKeys } from "../limits.ts";

export interface RuleDefinition {
  /** Names of log groups; one that ends in * stands for all that begin so. */
  readonly groups: readonly string[];
  readonly format: "JSON" | "CLF";
  /** Names of the fields of a line, by their place from 1. */
  readonly names: Readonly<Record<string, string>>;
  /** Fields whose values together are a contributor. */
  readonly keys: readonly string[];
  /** The field that is summed; without it, occurrences are counted. */
  readonly summed?: string;
  readonly filters: readonly RuleFilter[];
}

export interface RuleFilter {
  readonly match: string;
  readonly tests: readonly FilterTest[];
}

export type FilterTest =
  | { kind: "In" | "NotIn" | "StartsWith"; values: readonly string[] }
  | { kind: "GreaterThan" | "LessThan" | "EqualTo" | "NotEqualTo"; value: number }
  | { kind: "IsPresent"; present: boolean };

type Json = Record<string, unknown>;

const listTests = ["In", "NotIn", "StartsWith"] as const;
const numberTests = ["GreaterThan", "LessThan", "EqualTo", "NotEqualTo"] as const;

/** Throws InvalidParameterValueException for what is no rule. */
export function parseDefinition(text: string, account: string): RuleDefinition {
  const rule = parseObject(text);
  const schema = rule["Schema"];
  if (!isObject(schema) || schema["Name"] !== "CloudWatchLogRule" || schema["Version"] !== 1)
    throw refused('Schema must be {"Name": "CloudWatchLogRule", "Version": 1}');
  const format = rule["LogFormat"];
  if (format !== "JSON" && format !== "CLF") throw refused("LogFormat must be JSON or CLF");
  const names = namesOf(rule["Fields"], format);
  const contribution = rule["Contribution"];
  if (!isObject(contribution)) throw refused("Contribution must be an object");
  const field = (value: unknown, at: string) => checkedField(value, at, format, names);
  const keys = texts(contribution["Keys"], "Contribution.Keys", mostRuleKeys);
  const aggregateOn = rule["AggregateOn"] ?? "Count";
  const { ValueOf: valueOf } = contribution;
  if (aggregateOn !== "Count" && aggregateOn !== "Sum")
    throw refused("AggregateOn must be Count or Sum");
  if ((aggregateOn === "Sum") !== (valueOf !== undefined))
    throw refused("Contribution.ValueOf goes with AggregateOn Sum, and only with it");
  return {
    groups: groupsOf(rule, account),
    format,
    names,
    keys: keys.map((key) => field(key, "Contribution.Keys")),
    ...(valueOf !== undefined && { summed: field(valueOf, "Contribution.ValueOf") }),
    filters: filtersOf(contribution["Filters"] ?? [], field),
  };
}

function refused(problem: string) {
  return invalidValue(`The value for parameter RuleDefinition is invalid: ${problem}.`);
}

function parseObject(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refused(`it is no JSON (${(error as Error).message})`);
  }
  if (!isObject(value)) throw refused("it is no JSON object");
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function texts(value: unknown, at: string, most = Number.POSITIVE_INFINITY): string[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  if (list.length === 0 || list.length > most || list.some((one) => typeof one !== "string"))
    throw refused(
      `${at} must be an array of ${Number.isFinite(most) ? `one to ${most} ` : ""}strings`,
    );
  return list as string[];
}

/** "You must specify either LogGroupNames or LogGroupARNs in your rule, but not both." */
function groupsOf(rule: Json, account: string): string[] {
  const { LogGroupNames: names, LogGroupARNs: arns } = rule;
  if ((names === undefined) === (arns === undefined))
    throw refused("either LogGroupNames or LogGroupARNs must be specified");
  if (names !== undefined) return texts(names, "LogGroupNames");
  return texts(arns, "LogGroupARNs").map((arn) => {
    const parsed = parseArn(arn);
    const [, name] = /^log-group[:/]([^:]+)(?::\*)?$/.exec(parsed?.resource ?? "") ?? [];
    if (!parsed || name === undefined) throw refused(`${arn} is not the ARN of a log group`);
    if (parsed.account !== account && parsed.account !== "*")
      throw refused(`the log groups of ${parsed.account} are not shared with this account`);
    return name;
  });
}

function namesOf(fields: unknown, format: string): Record<string, string> {
  if (fields === undefined) return {};
  if (format !== "CLF" || !isObject(fields)) throw refused("Fields goes with LogFormat CLF");
  for (const [place, name] of Object.entries(fields))
    if (!/^[1-9]\d*$/.test(place) || typeof name !== "string")
      throw refused("Fields must give places in a line names");
  return fields as Record<string, string>;
}

/** Fields are JSON property paths, or the place of a column or its name. */
function checkedField(
  value: unknown,
  at: string,
  format: "JSON" | "CLF",
  names: Readonly<Record<string, string>>,
): string {
  const text = typeof value === "string" ? value : "";
  const known =
    format === "JSON"
      ? /^\$(\.[^.[\]\s]+|\[\d+\])+$/.test(text)
      : /^[1-9]\d*$/.test(text) || Object.values(names).includes(text);
  if (!known) throw refused(`${at} names no field of ${format} logs: ${String(value)}`);
  return text;
}

function filtersOf(
  list: unknown,
  field: (value: unknown, at: string) => string,
): readonly RuleFilter[] {
  if (!Array.isArray(list) || list.length > mostRuleFilters)
    throw refused(`Contribution.Filters must be an array of at most ${mostRuleFilters} filters`);
  return (list as unknown[]).map((filter) => {
    if (!isObject(filter)) throw refused("each of Contribution.Filters must be an object");
    const { Match, ...given } = filter;
    const tests = Object.entries(given).map(([kind, value]) => testOf(kind, value));
    if (tests.length === 0) throw refused("a filter has an operator beside Match");
    return { match: field(Match, "Contribution.Filters.Match"), tests };
  });
}

function testOf(kind: string, value: unknown): FilterTest {
  const list = listTests.find((one) => one === kind);
  if (list) return { kind: list, values: texts(value, kind, mostFilterValues) };
  const number = numberTests.find((one) => one === kind);
  if (number) {
    if (typeof value !== "number") throw refused(`${kind} takes a number`);
    return { kind: number, value };
  }
  if (kind !== "IsPresent") throw refused(`${kind} is no operator of filters`);
  if (typeof value !== "boolean") throw refused("IsPresent takes true or false");
  return { kind, present: value };
}
