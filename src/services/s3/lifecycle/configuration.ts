/** Lifecycle configurations as clients send them, checked, and as they are kept. */
import type { BucketLifecycleConfiguration, LifecycleRule } from "@aws-sdk/client-s3";
import { dateOf } from "#runtime/date.ts";
import type { Random } from "#runtime/random.ts";
import type { StoredLifecycle } from "../buckets/documents.ts";
import { invalidArgument, invalidRequest, malformedXml } from "../errors.ts";
import { maxLifecycleRules } from "../limits.ts";
import { checkStorageClass } from "../objects/settings.ts";

const dayMs = 86_400_000;
const idAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export function readLifecycle(
  given: BucketLifecycleConfiguration | undefined,
  minimumSize: string | undefined,
  random: Random,
): StoredLifecycle {
  const rules = given?.Rules ?? [];
  if (rules.length === 0 || rules.length > maxLifecycleRules) throw malformedXml();
  const ids = new Set<string>();
  const Rules = rules.map((rule) => {
    checkRule(rule);
    const ID = rule.ID || random.string(48, idAlphabet);
    if (ID.length > 255)
      throw invalidArgument("ID length should not exceed allowed limit of 255", "ID", ID);
    if (ids.has(ID))
      throw invalidArgument(
        "Rule ID must be unique. Found same ID for one or more rules",
        "ID",
        ID,
      );
    ids.add(ID);
    return { ...rule, ID };
  });
  return {
    ...(mapDates({ Rules }, (value) =>
      value instanceof Date ? value.getTime() : undefined,
    ) as StoredLifecycle),
    TransitionDefaultMinimumObjectSize: minimumSize ?? "all_storage_classes_128K",
  };
}

/** As GetBucketLifecycleConfiguration tells it. */
export function describeLifecycle({ Rules }: StoredLifecycle): LifecycleRule[] {
  return mapDates(Rules, (value, name) =>
    name === "Date" && typeof value === "number" ? dateOf(value) : undefined,
  ) as LifecycleRule[];
}

function mapDates(
  value: unknown,
  convert: (value: unknown, name: string) => unknown,
  name = "",
): unknown {
  const converted = convert(value, name);
  if (converted !== undefined) return converted;
  if (Array.isArray(value)) return value.map((item) => mapDates(item, convert, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, mapDates(member, convert, key)]),
  );
}

function checkRule(rule: LifecycleRule): void {
  const { Expiration, Transitions, NoncurrentVersionExpiration, NoncurrentVersionTransitions } =
    rule;
  if (rule.Status !== "Enabled" && rule.Status !== "Disabled") throw malformedXml();
  if ((rule.Filter === undefined) === (rule.Prefix === undefined)) throw malformedXml();
  const conditions = Object.entries(rule.Filter ?? {}).filter(([, value]) => value !== undefined);
  if (conditions.length > 1) throw malformedXml();
  const actions = [
    Expiration,
    Transitions,
    NoncurrentVersionExpiration,
    NoncurrentVersionTransitions,
    rule.AbortIncompleteMultipartUpload,
  ];
  if (actions.every((action) => action === undefined))
    throw invalidRequest("At least one action needs to be specified in a rule.");
  if (Expiration) {
    const { Days, Date: date, ExpiredObjectDeleteMarker } = Expiration;
    const given = [Days, date, ExpiredObjectDeleteMarker].filter((value) => value !== undefined);
    if (given.length !== 1) throw malformedXml();
    checkDays(Days, "'Days' for Expiration action must be a positive integer", 1);
    checkMidnight(date);
  }
  for (const { Days, Date: date, StorageClass } of Transitions ?? []) {
    if ((Days === undefined) === (date === undefined) || !StorageClass) throw malformedXml();
    checkStorageClass(StorageClass);
    checkDays(Days, "'Days' in Transition action must be nonnegative", 0);
    checkMidnight(date);
    const infrequent = StorageClass === "STANDARD_IA" || StorageClass === "ONEZONE_IA";
    if (infrequent && Days !== undefined && Days < 30)
      throw invalidArgument(
        `'Days' in Transition action must be greater than or equal to 30 for storageClass '${StorageClass}'`,
        "Days",
        Days,
      );
  }
  if (NoncurrentVersionExpiration) {
    const { NoncurrentDays, NewerNoncurrentVersions } = NoncurrentVersionExpiration;
    if (NoncurrentDays === undefined) throw malformedXml();
    checkDays(
      NoncurrentDays,
      "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer",
      1,
    );
    checkDays(NewerNoncurrentVersions, "'NewerNoncurrentVersions' must be a positive integer", 1);
  }
  for (const { NoncurrentDays, StorageClass } of NoncurrentVersionTransitions ?? []) {
    if (NoncurrentDays === undefined || !StorageClass) throw malformedXml();
    checkStorageClass(StorageClass);
    checkDays(NoncurrentDays, "'NoncurrentDays' must be nonnegative", 0);
  }
  checkDays(
    rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
    "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer",
    1,
  );
}

function checkDays(days: number | undefined, message: string, least: number): void {
  if (days !== undefined && !(Number.isInteger(days) && days >= least))
    throw invalidArgument(message, "Days", days);
}

function checkMidnight(date: Date | undefined): void {
  if (date && date.getTime() % dayMs !== 0)
    throw invalidArgument("'Date' must be at midnight GMT", "Date", date.toISOString());
}
