/**
 * Tags of EC2's resources: every kind of resource has an owner that says where its tags lie, and
 * CreateTags, DeleteTags and DescribeTags work on all of them.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
 */
import type { AwsError } from "#model/error.ts";
import type { Collection, Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Principal } from "#services/kit/service.ts";
import { tagsFromList, type Tags } from "#services/kit/tags.ts";
import { invalidParameterValue, tagLimitExceeded } from "./errors.ts";

export interface Tagged {
  tags: Tags;
}

/** One kind of taggable resource. */
export interface TagOwner {
  /** "instance", "vpc" …: EC2's ResourceType. */
  readonly resourceType: string;
  /** The ids' prefix: "i", "vpc" … */
  readonly prefix: string;
  readonly notFound: (id: string) => AwsError;
  /** Undefined when there is no such resource. */
  read(tx: Transaction, scope: Scope, id: string): Promise<Tags | undefined>;
  /** Called for resources that exist. */
  write(tx: Transaction, scope: Scope, id: string, tags: Tags): Promise<void>;
  list(tx: Transaction, scope: Scope): Promise<{ id: string; tags: Tags }[]>;
}

interface TagOwnerOptions<T extends Tagged> {
  resourceType: string;
  prefix: string;
  /** Records that carry their tags, with the resource's id as the only part of their key. */
  records: Collection<T>;
  notFound: (id: string) => AwsError;
}

/** The usual owner: tags are a member of the resource's record. */
export function tagOwner<T extends Tagged>(options: TagOwnerOptions<T>): TagOwner {
  const { resourceType, prefix, records, notFound } = options;
  return {
    resourceType,
    prefix,
    notFound,
    async read(tx, scope, id) {
      return (await records.get(tx, scope, id))?.tags;
    },
    async write(tx, scope, id, tags) {
      const record = await records.get(tx, scope, id);
      if (record) records.put(tx, scope, [id], { ...record, tags });
    },
    async list(tx, scope) {
      const entries = await records.entries(tx, scope);
      return entries.map(({ id, record }) => ({ id: String(id[0]), tags: record.tags }));
    },
  };
}

interface TagSpecification {
  ResourceType?: string | undefined;
  Tags?: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined;
}

/**
 * The tags that TagSpecifications give to resources of one kind. `allowed` are the kinds that the
 * operation takes, the one asked for unless given.
 */
export function tagsFor(
  resourceType: string,
  specifications: readonly TagSpecification[] | undefined,
  principal: Principal,
  allowed: readonly string[] = [resourceType],
): Tags {
  const tags: Tags = {};
  for (const { ResourceType, Tags: list } of specifications ?? []) {
    if (ResourceType === undefined || !allowed.includes(ResourceType))
      throw invalidParameterValue(
        `'${ResourceType ?? ""}' is not a valid taggable resource type for this operation.`,
      );
    if (ResourceType !== resourceType) continue;
    if (!list?.length) throw invalidParameterValue("Tag specification must have at least one tag");
    const keys = list.map((tag) => tag.Key);
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    if (twice !== undefined) throw invalidParameterValue(`Duplicate tag key '${twice}' specified.`);
    Object.assign(tags, tagsFromList(list));
  }
  checkTags(tags, principal);
  return tags;
}

/** Keys of at most 128, values of at most 256 characters. */
const longestKey = 128;
const longestValue = 256;
/** User tags per resource; those that begin with aws: do not count. */
const mostTags = 50;

/**
 * Throws unless the principal may set these tags. AWS keeps keys that begin with "aws:" for its
 * services.
 */
export function checkTags(tags: Tags, principal: Principal): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key === "") throw invalidParameterValue("Tag key cannot be empty.");
    if (/^aws:/i.test(key) && principal.type !== "service")
      throw invalidParameterValue(`Tag keys starting with 'aws:' are reserved for internal use`);
    if (key.length > longestKey)
      throw invalidParameterValue(`Tag key exceeds the maximum length of ${longestKey} characters`);
    if (value.length > longestValue)
      throw invalidParameterValue(
        `Tag value exceeds the maximum length of ${longestValue} characters`,
      );
  }
  if (Object.keys(tags).filter((key) => !key.startsWith("aws:")).length > mostTags)
    throw tagLimitExceeded();
}

/** As EC2 tells them, in the order in which they were set: a resource without tags has no such member. */
export function shownTags(tags: Tags): { Key: string; Value: string }[] | undefined {
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return list.length > 0 ? list : undefined;
}
