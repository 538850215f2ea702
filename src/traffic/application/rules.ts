/** Which rule of a listener a request meets. */
import type {
  ActionConfig,
  ConditionConfig,
  OidcConfig,
  RuleConfig,
  TokenConfig,
  TransformConfig,
} from "./config.ts";
import { isHost } from "#http/syntax.ts";
import { compileBlocks } from "./cidr.ts";
import type { Regex } from "./regex.ts";
import { compileWildcard, type Pattern } from "./wildcard.ts";

/** What conditions look at. */
export interface RequestFacts {
  method: string;
  /** Without port. */
  host: string;
  /** Still percent-encoded, without the query. */
  path: string;
  /** Without the question mark. */
  query: string;
  sourceIp: string;
  rawHeaders: readonly string[];
}

export interface CompiledRule {
  action: ActionConfig;
  authentication: OidcConfig | undefined;
  token: TokenConfig | undefined;
  /** 0 for a default rule. */
  priority: number;
  /** The host and target that are passed on instead; undefined for a rule that changes neither. */
  transform: Transform | undefined;
  holds: (facts: RequestFacts) => boolean;
  isDefault: boolean;
}

type CompileRegex = (source: string, options: { ignoreCase: boolean }) => Regex | undefined;

export async function compileRules(rules: readonly RuleConfig[]): Promise<CompiledRule[]> {
  // Loaded here: the engine takes megabytes, and few listeners have such patterns.
  const compileRegex: CompileRegex = rules.some(hasRegex)
    ? (await import("./regex.ts")).compileRegex
    : () => undefined;
  return rules.map(({ conditions, action, authentication, token, transforms, priority = 0 }) => {
    const tests = conditions.map((condition) => compileCondition(condition, compileRegex));
    return {
      action,
      authentication,
      token,
      priority,
      transform: compileTransforms(transforms ?? [], compileRegex),
      isDefault: tests.length === 0,
      holds: (facts) => tests.every((test) => test(facts)),
    };
  });
}

function hasRegex({ conditions, transforms = [] }: RuleConfig): boolean {
  return (
    transforms.length > 0 ||
    conditions.some((condition) => "regex" in condition && condition.regex === true)
  );
}

/** The first rule that holds, and how many were looked at before and with it, the default not counted. */
export function findRule(
  rules: readonly CompiledRule[],
  facts: RequestFacts,
): { rule: CompiledRule | undefined; evaluations: number } {
  let evaluations = 0;
  for (const rule of rules) {
    if (!rule.isDefault) evaluations++;
    if (rule.holds(facts)) return { rule, evaluations };
  }
  return { rule: undefined, evaluations };
}

type Test = (facts: RequestFacts) => boolean;

// Case: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
function compileCondition(condition: ConditionConfig, compileRegex: CompileRegex): Test {
  const compileAll = (
    { values, regex }: { values: readonly string[]; regex?: boolean },
    ignoreCase: boolean,
  ): Pattern[] =>
    values.map((value) => {
      if (!regex) return compileWildcard(value, { ignoreCase });
      // What an earlier version took and no engine of linear time does matches nothing.
      const pattern = compileRegex(value, { ignoreCase });
      return (text) => pattern?.test(text) ?? false;
    });
  switch (condition.field) {
    case "host-header": {
      const patterns = compileAll(condition, true);
      return (facts) => matchesAny(patterns, facts.host);
    }
    case "path-pattern": {
      const patterns = compileAll(condition, false);
      return (facts) => matchesAny(patterns, facts.path);
    }
    case "http-request-method": {
      const methods = new Set(condition.values);
      return (facts) => methods.has(facts.method);
    }
    case "source-ip": {
      const within = compileBlocks(condition.values);
      return (facts) => within(facts.sourceIp);
    }
    case "http-header": {
      const name = condition.name.toLowerCase();
      const patterns = compileAll(condition, true);
      return ({ rawHeaders }) => {
        for (let index = 0; index < rawHeaders.length; index += 2) {
          const found = rawHeaders[index]!;
          if (found.length === name.length && found.toLowerCase() === name)
            if (matchesAny(patterns, rawHeaders[index + 1]!)) return true;
        }
        return false;
      };
    }
    case "query-string":
      return compileQuery(condition.pairs);
  }
}

function compileQuery(pairs: readonly { key: string | undefined; value: string }[]): Test {
  const tests = pairs.map(({ key, value }) => ({
    key: key === undefined ? undefined : compileWildcard(key, { ignoreCase: true }),
    value: compileWildcard(value, { ignoreCase: true }),
  }));
  return (facts) =>
    readQuery(facts.query).some(([name, text]) =>
      tests.some(({ key, value }) =>
        // A value without a key matches a value of any key, or a parameter that has no value.
        key ? key(name) && value(text) : value(text) || (text === "" && value(name)),
      ),
    );
}

function readQuery(query: string): [name: string, value: string][] {
  if (query === "") return [];
  return query.split("&").map((part) => {
    const equals = part.indexOf("=");
    if (equals < 0) return [decode(part), ""];
    return [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
  });
}

function decode(text: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    // A stray % stands for itself.
    return text;
  }
}

interface Transform {
  (place: { host: string; target: string }): Transformed | undefined;
}

/** A request's place as a rule rewrote it; one that is not "TransformSuccess" leads nowhere. */
export interface Transformed {
  host: string;
  target: string;
  status: "TransformSuccess" | "TransformInvalidHost" | "TransformInvalidPath";
}

/** Undefined where no pattern is found. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-transforms.html */
function compileTransforms(
  transforms: readonly TransformConfig[],
  compileRegex: CompileRegex,
): Transform | undefined {
  if (transforms.length === 0) return undefined;
  const compiled = transforms.map(({ of, regex, replacement }) => ({
    of,
    pattern: compileRegex(regex, { ignoreCase: false }),
    replacement,
  }));
  return (place) => {
    let { host, target } = place;
    let isFound = false;
    for (const { of, pattern, replacement } of compiled) {
      const text = of === "host" ? host : target;
      if (!pattern?.test(text)) continue;
      isFound = true;
      const changed = pattern.replace(text, replacement);
      if (of === "host") host = changed;
      else target = changed;
    }
    const isHostChanged = host !== place.host;
    return isFound ? { host, target, status: statusOf(host, isHostChanged, target) } : undefined;
  };
}

function statusOf(host: string, isHostChanged: boolean, target: string): Transformed["status"] {
  if (isHostChanged && (host === "" || !isHost(host))) return "TransformInvalidHost";
  return /^\/[\x21-\x7e]*$/.test(target) ? "TransformSuccess" : "TransformInvalidPath";
}

function matchesAny(patterns: readonly Pattern[], text: string): boolean {
  for (const pattern of patterns) if (pattern(text)) return true;
  return false;
}
