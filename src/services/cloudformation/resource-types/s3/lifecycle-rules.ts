/** Lifecycle rules as the API takes them. */
import type { LifecycleRule, LifecycleRuleFilter } from "@aws-sdk/client-s3";
import { dateOf } from "#runtime/date.ts";
import { pick } from "../properties.ts";
import type { Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-s3-bucket-rule.html */
export function lifecycleRules(rules: readonly Properties[]): LifecycleRule[] {
  return rules.map((rule) => ({
    Status: rule["Status"],
    ...(rule["Id"] !== undefined && { ID: rule["Id"] }),
    Filter: filterOf(rule),
    ...expirationOf(rule),
    ...noncurrentOf(rule),
    ...transitionsOf(rule),
    ...pick(rule, "AbortIncompleteMultipartUpload"),
  }));
}

function filterOf(rule: Properties): LifecycleRuleFilter {
  const { Prefix, TagFilters: tags = [] } = rule;
  const greater = rule["ObjectSizeGreaterThan"];
  const less = rule["ObjectSizeLessThan"];
  const parts = {
    ...(Prefix !== undefined && { Prefix }),
    ...(greater !== undefined && { ObjectSizeGreaterThan: Number(greater) }),
    ...(less !== undefined && { ObjectSizeLessThan: Number(less) }),
  };
  const count = Object.keys(parts).length + tags.length;
  if (count === 0) return { Prefix: "" };
  if (count === 1) return tags.length === 1 ? { Tag: tags[0] } : parts;
  return { And: { ...parts, ...(tags.length > 0 && { Tags: tags }) } };
}

function expirationOf(rule: Properties): Partial<LifecycleRule> {
  const { ExpirationInDays: days, ExpirationDate: date, ExpiredObjectDeleteMarker: mark } = rule;
  if (days === undefined && date === undefined && mark === undefined) return {};
  return {
    Expiration: {
      ...(days !== undefined && { Days: days }),
      ...(date !== undefined && { Date: dateOf(Date.parse(date)) }),
      ...(mark !== undefined && { ExpiredObjectDeleteMarker: mark }),
    },
  };
}

function noncurrentOf(rule: Properties): Partial<LifecycleRule> {
  const { NoncurrentVersionExpiration: expiration } = rule;
  const days: number | undefined = rule["NoncurrentVersionExpirationInDays"];
  if (expiration) return { NoncurrentVersionExpiration: expiration };
  return days === undefined ? {} : { NoncurrentVersionExpiration: { NoncurrentDays: days } };
}

function transitionsOf(rule: Properties): Partial<LifecycleRule> {
  const { Transition, Transitions = [], NoncurrentVersionTransition: one } = rule;
  const { NoncurrentVersionTransitions: several = [] } = rule;
  const current = [...(Transition ? [Transition] : []), ...Transitions];
  const noncurrent = [...(one ? [one] : []), ...several];
  return {
    ...(current.length > 0 && {
      Transitions: current.map(({ StorageClass, TransitionInDays, TransitionDate }) => ({
        StorageClass,
        ...(TransitionInDays !== undefined && { Days: TransitionInDays }),
        ...(TransitionDate !== undefined && { Date: dateOf(Date.parse(TransitionDate)) }),
      })),
    }),
    ...(noncurrent.length > 0 && {
      NoncurrentVersionTransitions: noncurrent.map(
        ({ StorageClass, TransitionInDays, NewerNoncurrentVersions }) => ({
          StorageClass,
          NoncurrentDays: TransitionInDays,
          ...(NewerNoncurrentVersions !== undefined && { NewerNoncurrentVersions }),
        }),
      ),
    }),
  };
}
