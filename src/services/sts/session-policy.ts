/** The parts that may narrow or mark a session: inline policy, managed policies, tags. */
import { parsePolicy } from "#services/kit/policy/document.ts";
import { tagsFromList, type Tags } from "#services/kit/tags.ts";
import { malformedPolicy, packedPolicyTooLarge, validationError } from "./errors.ts";
import { longestSessionPolicy, mostSessionPolicies, mostSessionTags } from "./limits.ts";

interface SessionInput {
  Policy?: string | undefined;
  PolicyArns?: { arn?: string | undefined }[] | undefined;
  Tags?: { Key: string | undefined; Value: string | undefined }[] | undefined;
  TransitiveTagKeys?: string[] | undefined;
}

export interface SessionPolicy {
  policy?: string;
  policyArns?: string[];
  tags?: Tags;
  transitiveTagKeys?: string[];
}

/**
 * Checks and collects them, with the share of the allotted space that they take (AWS packs them into
 * the token; here it is their plain size). https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function readSessionPolicy(input: SessionInput): SessionPolicy & { packedSize?: number } {
  const { Policy: policy, Tags: tagList, TransitiveTagKeys: transitiveTagKeys } = input;
  const policyArns = input.PolicyArns?.map(({ arn }) => arn ?? "");
  if (policy !== undefined && !parsePolicy(policy))
    throw malformedPolicy("This policy contains invalid Json");
  if (policyArns && policyArns.length > mostSessionPolicies)
    throw validationError(tooLong("policyArns", mostSessionPolicies));
  if (tagList && tagList.length > mostSessionTags)
    throw validationError(tooLong("tags", mostSessionTags));
  const tags = tagsFromList(tagList);
  const names = new Set(Object.keys(tags).map((key) => key.toLowerCase()));
  if (names.size !== (tagList?.length ?? 0))
    throw validationError(
      "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    );
  const missing = transitiveTagKeys?.find((key) => !(key in tags));
  if (missing !== undefined)
    throw validationError(
      "The specified transitive tag key must be included in the requested tags.",
    );
  const packed = [policy ?? "", ...(policyArns ?? []), ...Object.entries(tags).flat()].join("");
  const percent = Math.ceil((packed.length / longestSessionPolicy) * 100);
  if (percent > 100) throw packedPolicyTooLarge(percent);
  return {
    ...(policy !== undefined && { policy }),
    ...(policyArns && { policyArns }),
    ...(tagList && { tags }),
    ...(transitiveTagKeys && { transitiveTagKeys }),
    ...(packed.length > 0 && { packedSize: percent }),
  };
}

function tooLong(member: string, most: number): string {
  return `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${most}`;
}
