/** Transforms of rules: rewrites of host and URL, checked. */
import type { RuleTransform } from "@aws-sdk/client-elastic-load-balancing-v2";
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
    checkRegex(Regex);
    const own = { Rewrites: [{ Regex, Replace }] };
    return Type === "url-rewrite"
      ? { Type, UrlRewriteConfig: own }
      : { Type, HostHeaderRewriteConfig: own };
  });
}

export function checkRegex(text: string): void {
  if (!isRegex(text)) throw validationError(`The regular expression '${text}' is not valid`);
}

function isRegex(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
