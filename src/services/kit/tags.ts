/** Tags as every service keeps them: names to values, in order of name. */

export type Tags = Record<string, string>;

interface AwsTag {
  Key?: string | undefined;
  Value?: string | undefined;
}

export function tagsFromList(list: readonly AwsTag[] | undefined): Tags {
  const tags: Tags = {};
  for (const { Key, Value } of list ?? []) if (Key !== undefined) tags[Key] = Value ?? "";
  return tags;
}

export function tagsToList(tags: Tags | undefined): { Key: string; Value: string }[] {
  return Object.entries(tags ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }));
}

export function withTags(tags: Tags | undefined, added: Tags): Tags {
  return { ...tags, ...added };
}

export function withoutTags(tags: Tags | undefined, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags ?? {}).filter(([key]) => !keys.includes(key)));
}
