/** Small parts of answers that many kinds of resource share. */
import type { Tags } from "#services/kit/tags.ts";
import { partitionOf } from "#services/kit/arn.ts";
import { shownTags } from "../tags.ts";

export function tagsShape(tags: Tags) {
  return { Tags: shownTags(tags) };
}

/** "arn:aws:ec2:us-east-1:123456789012:subnet/subnet-1" */
export function ec2Arn(
  { account, region }: { account: string; region: string },
  resource: string,
): string {
  return `arn:${partitionOf(region)}:ec2:${region}:${account}:${resource}`;
}
