/** Transforms of rules: rewrites of host and URL, checked. */
import type { RuleCondition, RuleTransform } from "@aws-sdk/client-elastic-load-balancing-v2";
import { validationError } from "./errors.ts";
import { limits } from "./limits.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-transforms.html */
export function readTransforms(given: readonly RuleTransform[] | undefined): RuleTransform[] {
  const seen = new Set<string>();
  return (given ?? []).map((transform) => {
    const { Type = "", HostHeaderRewriteConfig, UrlRewriteConfig } = transform;
    if (Type !== "host-header-rewrite" && Type !== "url-rewrite")
      throw validationError(
        `Transform type '${Type}' must be one of 'host-header-rewrite, url-rewrite'`,
      );
    if (seen.has(Type)) throw validationError(`A rule can only have one '${Type}' transform`);
    seen.add(Type);
    const config = Type === "url-rewrite" ? UrlRewriteConfig : HostHeaderRewriteConfig;
    const rewrites = config?.Rewrites ?? [];
    if (rewrites.length !== 1)
      throw validationError(`A '${Type}' transform must have exactly one rewrite`);
    const [{ Regex = "", Replace = "" } = {}] = rewrites;
    if (Regex === "" || Regex.length > limits.transformLength)
      throw validationError(`The regex of a '${Type}' transform must have 1 to 1024 characters`);
    if (Replace.length > limits.transformLength)
      throw validationError(`The replacement of a '${Type}' transform is too long`);
    const own = { Rewrites: [{ Regex, Replace }] };
    return Type === "url-rewrite"
      ? { Type, UrlRewriteConfig: own }
      : { Type, HostHeaderRewriteConfig: own };
  });
}

/**
 * Throws for a regular expression that rules cannot have.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
 */
export async function checkRegexes(
  conditions: readonly RuleCondition[] | undefined,
  transforms: readonly RuleTransform[] | undefined,
): Promise<void> {
  const found = [
    ...(conditions ?? []).flatMap(regexesOf),
    ...(transforms ?? []).flatMap(({ UrlRewriteConfig, HostHeaderRewriteConfig }) =>
      (UrlRewriteConfig ?? HostHeaderRewriteConfig)!.Rewrites!.map(({ Regex }) => Regex!),
    ),
  ];
  if (found.length === 0) return;
  // Loaded here: the engine takes megabytes, and few rules have such patterns.
  const { compileRegex } = await import("#traffic/application/regex.ts");
  for (const regex of found)
    if (!compileRegex(regex, { ignoreCase: false }))
      throw validationError(`The regular expression '${regex}' is not valid`);
}

function regexesOf(condition: RuleCondition): string[] {
  const { HostHeaderConfig, PathPatternConfig, HttpHeaderConfig, RegexValues } = condition;
  return [
    ...(RegexValues ?? []),
    ...[HostHeaderConfig, PathPatternConfig, HttpHeaderConfig].flatMap(
      (config) => config?.RegexValues ?? [],
    ),
  ];
}
