/** ParameterFilters of DescribeParameters and GetParametersByPath. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html */
import type { Tags } from "#services/kit/tags.ts";
import {
  invalidFilterKey,
  invalidFilterOption,
  invalidFilterValue,
  validationException,
} from "./errors.ts";
import { spellingsOf } from "./names.ts";
import type { ParameterVersion } from "./records.ts";

export interface ParameterFilter {
  Key?: string | undefined;
  Option?: string | undefined;
  Values?: readonly string[] | undefined;
}

/** What filters look at. */
export interface Filtered {
  name: string;
  tags: Tags;
  version: ParameterVersion;
}

type Test = (candidate: Filtered) => boolean;

const describeKeys = ["Path", "Name", "Type", "KeyId", "Tier"];
const byPathKeys = ["Type", "KeyId"];
const enumerations: Record<string, readonly string[]> = {
  Type: ["String", "StringList", "SecureString"],
  Tier: ["Standard", "Advanced", "Intelligent-Tiering"],
};

/** A test of all filters together; throws AWS's errors for filters that are wrong. */
export function compileFilters(
  filters: readonly ParameterFilter[] | undefined,
  operation: "describe" | "by-path",
): Test {
  const seen = new Set<string>();
  const tests = (filters ?? []).map((filter) => {
    const key = filter.Key ?? "";
    if (seen.has(key))
      throw invalidFilterKey(
        `The following filter is duplicated in the request: ${key}. A request can contain only one occurrence of a specific filter.`,
      );
    seen.add(key);
    return compile(filter, key, operation);
  });
  return (candidate) => tests.every((test) => test(candidate));
}

function compile(
  { Option, Values = [] }: ParameterFilter,
  key: string,
  operation: "describe" | "by-path",
): Test {
  const isTag = key.startsWith("tag:") && operation === "describe";
  const valid =
    operation === "describe"
      ? isTag || key === "DataType" || describeKeys.includes(key)
      : key === "Label" || key === "DataType" || byPathKeys.includes(key);
  if (!valid)
    throw invalidFilterKey(
      `The following filter key is not valid: ${key}. Valid filter keys include: [${(operation === "describe" ? describeKeys : byPathKeys).join(", ")}].`,
    );
  if (Values.length === 0 && !isTag)
    throw invalidFilterValue(
      `The following filter values are missing : null for filter key ${key}.`,
    );
  if (key === "Path") return compilePath(Option ?? "OneLevel", Values);
  const option = Option ?? "Equals";
  const options = ["BeginsWith", "Equals", ...(key === "Name" ? ["Contains"] : [])];
  if (!options.includes(option))
    throw invalidFilterOption(
      `The following filter option is not valid: ${option}. Valid options include: [BeginsWith, Equals].`,
    );
  const wrong = Values.find((value) => enumerations[key] && !enumerations[key].includes(value));
  if (wrong !== undefined)
    throw invalidFilterOption(
      `The following filter value is not valid: ${wrong}. Valid values include: [${enumerations[key]!.join(", ")}].`,
    );
  const compare: Record<string, (found: string, wanted: string) => boolean> = {
    Equals: (found, wanted) => found === wanted,
    BeginsWith: (found, wanted) => found.startsWith(wanted),
    Contains: (found, wanted) => found.includes(wanted),
  };
  return (candidate) => {
    const found = valuesOf(candidate, key);
    if (isTag && Values.length === 0) return found.length > 0;
    return found.some((one) => Values.some((wanted) => compare[option]!(one, wanted)));
  };
}

function valuesOf({ name, tags, version }: Filtered, key: string): string[] {
  if (key.startsWith("tag:")) {
    const value = tags[key.slice("tag:".length)];
    return value === undefined ? [] : [value];
  }
  if (key === "Label") return version.labels;
  if (key === "Name") return spellingsOf(name);
  const value = {
    Type: version.type,
    KeyId: version.keyId,
    Tier: version.tier,
    DataType: version.dataType,
  }[key];
  return value === undefined ? [] : [value];
}

function compilePath(option: string, values: readonly string[]): Test {
  if (option !== "Recursive" && option !== "OneLevel")
    throw invalidFilterOption(
      `The following filter option is not valid: ${option}. Valid options include: [Recursive, OneLevel].`,
    );
  for (const value of values) {
    if (/^\/(aws|ssm)/i.test(value))
      throw validationException(
        'Filters for common parameters can\'t be prefixed with "aws" or "ssm" (case-insensitive). When using global parameters, please specify within a global namespace.',
      );
    checkPath(value);
  }
  return ({ name }) => values.some((value) => liesUnder(name, value, option === "Recursive"));
}

/** Throws for a path that is not made of names between slashes. */
export function checkPath(path: string): void {
  if (!path.startsWith("/") || path.includes("//") || !/^[a-zA-Z0-9_.\-/]*$/.test(path))
    throw validationException(
      'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
    );
}

/** A name without a slash lies directly under "/". */
export function liesUnder(name: string, path: string, recursive: boolean): boolean {
  const full = name.startsWith("/") ? name : `/${name}`;
  const folder = path.endsWith("/") ? path : `${path}/`;
  if (!full.startsWith(folder)) return false;
  return recursive || !full.slice(folder.length).includes("/");
}
