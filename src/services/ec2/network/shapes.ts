/** Small parts of answers that many kinds of resource share. */
import type { Tags } from "#services/kit/tags.ts";
import { partitionOf } from "#services/kit/arn.ts";
import { shownTags } from "../tags.ts";

export function tagsShape(tags: Tags) {
  return { Tags: shownTags(tags) };
}

/** Of the kinds whose list of tags is there even when it is empty. https://docs.aws.amazon.com/cli/latest/reference/ec2/describe-route-tables.html#examples */
export function tagListShape(tags: Tags) {
  return { Tags: shownTags(tags) ?? [] };
}

/** "arn:aws:ec2:us-east-1:123456789012:subnet/subnet-1" */
export function ec2Arn(
  { account, region }: { account: string; region: string },
  resource: string,
): string {
  return `arn:${partitionOf(region)}:ec2:${region}:${account}:${resource}`;
}
