import { paginate } from "#services/kit/pagination.ts";
import { tagsFromList, tagsToList, withTags, withoutTags } from "#services/kit/tags.ts";
import { changeKey } from "../change-key.ts";
import type { KmsOperation, KmsOperations } from "../context.ts";
import { invalidMarker, pendingDeletion, tagException } from "../errors.ts";
import { findKey } from "../find.ts";
import { limits } from "../limits.ts";

const tagResource: KmsOperation<"TagResource"> = async (input, context) => {
  const added = tagsFromList(
    input.Tags!.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue })),
  );
  if (Object.keys(added).some((name) => name.startsWith("aws:")))
    throw tagException("Tags with the prefix aws: are reserved");
  await changeKey(context, input.KeyId!, (key) => {
    if (key.deletionMs !== undefined) throw pendingDeletion(key.arn);
    const tags = withTags(key.tags, added);
    if (Object.keys(tags).length > limits.tags) throw tagException("Too many tags");
    return { ...key, tags };
  });
  return {};
};

const untagResource: KmsOperation<"UntagResource"> = async (input, context) => {
  await changeKey(context, input.KeyId!, (key) => {
    if (key.deletionMs !== undefined) throw pendingDeletion(key.arn);
    return { ...key, tags: withoutTags(key.tags, input.TagKeys!) };
  });
  return {};
};

const listResourceTags: KmsOperation<"ListResourceTags"> = async (input, context) => {
  const key = await context.store.transaction((tx) =>
    findKey(tx, context, input.KeyId!, { aliasAllowed: false }),
  );
  const { items, nextToken } = paginate(tagsToList(key.tags), {
    limit: input.Limit ?? limits.listPage,
    token: input.Marker,
    keyOf: ({ Key }) => Key,
    invalidToken: invalidMarker,
  });
  return {
    Tags: items.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })),
    Truncated: nextToken !== undefined,
    ...(nextToken !== undefined && { NextMarker: nextToken }),
  };
};

export const tagOperations: KmsOperations = {
  TagResource: tagResource,
  UntagResource: untagResource,
  ListResourceTags: listResourceTags,
};
