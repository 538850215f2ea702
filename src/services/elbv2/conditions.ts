/** Conditions of rules: checked, and completed as AWS returns them. */
import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { isToken } from "#http/syntax.ts";
import { parseBlock } from "#traffic/application/cidr.ts";
import { validationError } from "./errors.ts";
import { limits } from "./limits.ts";

const fields = [
  "path-pattern",
  "host-header",
  "http-header",
  "http-request-method",
  "query-string",
  "source-ip",
];
const broadcast = "255.255.255.255/32";
/** Fields that a rule can hold only once. */
const single = ["host-header", "path-pattern", "http-request-method", "source-ip"];

export function readConditions(given: readonly RuleCondition[] | undefined): RuleCondition[] {
  if (!given || given.length === 0) throw validationError("A condition must be specified");
  const conditions = given.map(readCondition);
  for (const field of single)
    if (conditions.filter(({ Field }) => Field === field).length > 1)
      throw validationError(`A rule can only have one '${field}' condition`);
  const values = conditions.flatMap(comparedStrings);
  if (values.length > limits.conditionValuesPerRule)
    throw validationError(
      `A rule can only have '${limits.conditionValuesPerRule}' condition values`,
    );
  const wildcards =
    conditions
      .filter((condition) => !hasRegexes(condition))
      .flatMap(comparedStrings)
      .join("")
      .replaceAll(/\\./g, "")
      .match(/[*?]/g)?.length ?? 0;
  if (wildcards > limits.conditionWildcardsPerRule)
    throw validationError(
      `A rule can only have '${limits.conditionWildcardsPerRule}' condition wildcards`,
    );
  return conditions;
}

function readCondition(condition: RuleCondition): RuleCondition {
  const field = condition.Field ?? inferField(condition);
  if (field === undefined || !fields.includes(field))
    throw validationError(
      `Condition field '${field ?? ""}' must be one of '[${fields.join(",")}]'`,
    );
  const regexes = condition.RegexValues?.length ? condition.RegexValues : undefined;
  if (regexes && field !== "host-header" && field !== "path-pattern")
    throw validationError(`The 'RegexValues' field is not compatible with '${field}'`);
  if (condition.Values?.length && field !== "host-header" && field !== "path-pattern")
    throw validationError(`The 'Values' field is not compatible with '${field}'`);
  switch (field) {
    case "host-header": {
      const { HostHeaderConfig } = condition;
      const patterns = readRegexes(
        field,
        HostHeaderConfig?.Values ?? condition.Values,
        HostHeaderConfig?.RegexValues ?? regexes,
      );
      if (patterns)
        return { Field: field, RegexValues: patterns, HostHeaderConfig: { RegexValues: patterns } };
      const values = plainValues(field, condition, HostHeaderConfig?.Values);
      for (const value of values)
        if (!/^[A-Za-z0-9\-.*?:_]+$/.test(value))
          throw validationError(`The 'host-header' value '${value}' contains invalid characters`);
      return { Field: field, Values: values, HostHeaderConfig: { Values: values } };
    }
    case "path-pattern": {
      const { PathPatternConfig } = condition;
      const patterns = readRegexes(
        field,
        PathPatternConfig?.Values ?? condition.Values,
        PathPatternConfig?.RegexValues ?? regexes,
      );
      if (patterns)
        return {
          Field: field,
          RegexValues: patterns,
          PathPatternConfig: { RegexValues: patterns },
        };
      const values = plainValues(field, condition, PathPatternConfig?.Values);
      for (const value of values)
        if (!/^[A-Za-z0-9_\-.$/~"'@:+&*?\\=!,;()%[\]|]+$/.test(value))
          throw validationError(`The 'path-pattern' value '${value}' contains invalid characters`);
      return { Field: field, Values: values, PathPatternConfig: { Values: values } };
    }
    case "http-header":
      return { Field: field, HttpHeaderConfig: readHeader(condition) };
    case "http-request-method":
      return { Field: field, HttpRequestMethodConfig: { Values: readMethods(condition) } };
    case "query-string":
      return { Field: field, QueryStringConfig: { Values: readQuery(condition) } };
    default:
      return { Field: field, SourceIpConfig: { Values: readSources(condition) } };
  }
}

/** CDK and Terraform always send Field; the API takes a condition without it when its config tells. */
function inferField(condition: RuleCondition): string | undefined {
  if (condition.HostHeaderConfig) return "host-header";
  if (condition.PathPatternConfig) return "path-pattern";
  if (condition.HttpHeaderConfig) return "http-header";
  if (condition.HttpRequestMethodConfig) return "http-request-method";
  if (condition.QueryStringConfig) return "query-string";
  return condition.SourceIpConfig ? "source-ip" : undefined;
}

function plainValues(
  field: string,
  { Values }: RuleCondition,
  configured: readonly string[] | undefined,
): string[] {
  const config = field === "host-header" ? "HostHeaderConfig" : "PathPatternConfig";
  if (Values?.length && configured?.length && Values.join("\n") !== configured.join("\n"))
    throw validationError(
      `You cannot provide both Values and '${config}' for a condition of type '${field}'`,
    );
  if (!configured?.length && Values && Values.length > 1)
    throw validationError(`The '${field}' field contains too many values; the limit is '1'`);
  const values = configured?.length ? configured : (Values ?? []);
  if (values.length === 0) throw validationError("A condition value must be specified");
  for (const value of values) checkLength(field, value);
  return [...values];
}

/** Regular expressions in place of values; undefined when there are none. */
function readRegexes(
  field: string,
  values: readonly string[] | undefined,
  regexes: readonly string[] | undefined,
): string[] | undefined {
  if (!regexes?.length) return undefined;
  if (values?.length)
    throw validationError(
      `You cannot provide both values and regular expressions for a condition of type '${field}'`,
    );
  for (const value of regexes) checkLength(field, value);
  return [...regexes];
}

function readHeader({ HttpHeaderConfig }: RuleCondition) {
  if (!HttpHeaderConfig)
    throw validationError("A 'HttpHeaderConfig' must be specified with 'http-header'");
  const { HttpHeaderName: name, Values, RegexValues } = HttpHeaderConfig;
  if (!name) throw validationError("A 'HttpHeaderName' must be specified in 'HttpHeaderConfig'");
  if (name.length > limits.conditionNameLength)
    throw validationError(
      `The 'HttpHeaderName' value is too long; the limit is '${limits.conditionNameLength}'`,
    );
  if (!isToken(name))
    throw validationError(`The 'HttpHeaderName' value '${name}' contains invalid characters`);
  if (name.toLowerCase() === "host")
    throw validationError("The 'HttpHeaderName' cannot be 'host'; use a 'host-header' condition");
  const patterns = readRegexes("http-header", Values, RegexValues);
  if (patterns) return { HttpHeaderName: name, RegexValues: patterns };
  if (!Values?.length) throw validationError("A condition value must be specified");
  for (const value of Values) checkLength("http-header", value);
  return { HttpHeaderName: name, Values: [...Values] };
}

function readMethods({ HttpRequestMethodConfig }: RuleCondition): string[] {
  if (!HttpRequestMethodConfig)
    throw validationError(
      "A 'HttpRequestMethodConfig' must be specified with 'http-request-method'",
    );
  const values = HttpRequestMethodConfig.Values ?? [];
  if (values.length === 0) throw validationError("A condition value must be specified");
  for (const value of values) {
    if (value.length > limits.conditionNameLength)
      throw validationError(
        `The 'http-request-method' value is too long; the limit is '${limits.conditionNameLength}'`,
      );
    if (!/^[A-Z_-]+$/.test(value))
      throw validationError(
        "The 'http-request-method' value is invalid; the allowed characters are A-Z, hyphen and underscore",
      );
  }
  return [...values];
}

function readQuery({ QueryStringConfig }: RuleCondition) {
  if (!QueryStringConfig)
    throw validationError("A 'QueryStringConfig' must be specified with 'query-string'");
  const values = QueryStringConfig.Values ?? [];
  if (values.length === 0) throw validationError("A condition value must be specified");
  return values.map(({ Key, Value }) => {
    if (Value === undefined)
      throw validationError("A 'Value' must be specified in 'QueryStringKeyValuePair'");
    if (Key) checkLength("Key", Key);
    checkLength("Value", Value);
    return { ...(Key && { Key }), Value };
  });
}

function readSources({ SourceIpConfig }: RuleCondition): string[] {
  if (!SourceIpConfig)
    throw validationError("A 'SourceIpConfig' must be specified with 'source-ip'");
  if (SourceIpConfig.IpAddressType !== undefined)
    throw validationError(
      "An IP address type can be specified in rules of network load balancers' listeners only",
    );
  const values = SourceIpConfig.Values ?? [];
  if (values.length === 0) throw validationError("A 'source-ip' value must be specified");
  for (const value of values)
    if (!parseBlock(value))
      throw validationError(`The 'source-ip' value '${value}' must be specified in CIDR format`);
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#source-ip-conditions
  if (values.includes(broadcast))
    throw validationError(`The 'source-ip' value '${broadcast}' cannot be specified`);
  return [...values];
}

function checkLength(what: string, value: string): void {
  if (value === "") throw validationError(`The '${what}' value cannot be empty`);
  if (value.length > limits.conditionValueLength)
    throw validationError(
      `The '${what}' value is too long; the limit is '${limits.conditionValueLength}'`,
    );
}

function hasRegexes(condition: RuleCondition): boolean {
  const { HostHeaderConfig, PathPatternConfig, HttpHeaderConfig } = condition;
  return [HostHeaderConfig, PathPatternConfig, HttpHeaderConfig].some(
    (config) => config?.RegexValues !== undefined,
  );
}

function comparedStrings(condition: RuleCondition): string[] {
  return (
    condition.HostHeaderConfig?.Values ??
    condition.HostHeaderConfig?.RegexValues ??
    condition.PathPatternConfig?.Values ??
    condition.PathPatternConfig?.RegexValues ??
    condition.HttpHeaderConfig?.Values ??
    condition.HttpHeaderConfig?.RegexValues ??
    condition.HttpRequestMethodConfig?.Values ??
    condition.SourceIpConfig?.Values ??
    condition.QueryStringConfig?.Values?.map(({ Key, Value }) => `${Key ?? ""}${Value ?? ""}`) ??
    []
  );
}
