/** Tags of log groups, by the newer operations on ARNs and the older ones on names. */
import type { Operation } from "#services/kit/service.ts";
import { withoutTags, withTags, type Tags } from "#services/kit/tags.ts";
import type { Scope } from "#store/collection.ts";
import type { Store } from "#store/store.ts";
import { tooManyTags } from "../errors.ts";
import { findGroup } from "../find.ts";
import { limits } from "../limits.ts";
import { groups } from "../records.ts";
import type { LogsState } from "../state.ts";

interface Place extends Scope {
  store: Store;
}

async function changeTags(
  place: Place,
  nameOrArn: string | undefined,
  change: (tags: Tags) => Tags,
): Promise<void> {
  await place.store.transaction(async (tx) => {
    const { scope, group } = await findGroup(tx, nameOrArn, place);
    const tags = change(group.tags);
    if (Object.keys(tags).length > limits.tags) throw tooManyTags();
    groups.put(tx, scope, [group.name], { ...group, tags });
  });
}

async function readTags(place: Place, nameOrArn: string | undefined): Promise<Tags> {
  const { group } = await place.store.transaction((tx) => findGroup(tx, nameOrArn, place));
  return group.tags;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html */
export const tagResource: Operation<"logs", "TagResource", LogsState> = async (input, context) => {
  await changeTags(context, input.resourceArn, (tags) => withTags(tags, input.tags ?? {}));
  return {};
};

export const untagResource: Operation<"logs", "UntagResource", LogsState> = async (
  input,
  context,
) => {
  await changeTags(context, input.resourceArn, (tags) => withoutTags(tags, input.tagKeys ?? []));
  return {};
};

export const listTagsForResource: Operation<"logs", "ListTagsForResource", LogsState> = async (
  input,
  context,
) => ({ tags: await readTags(context, input.resourceArn) });

export const tagLogGroup: Operation<"logs", "TagLogGroup", LogsState> = async (input, context) => {
  await changeTags(context, input.logGroupName, (tags) => withTags(tags, input.tags ?? {}));
  return {};
};

export const untagLogGroup: Operation<"logs", "UntagLogGroup", LogsState> = async (
  input,
  context,
) => {
  await changeTags(context, input.logGroupName, (tags) => withoutTags(tags, input.tags ?? []));
  return {};
};

export const listTagsLogGroup: Operation<"logs", "ListTagsLogGroup", LogsState> = async (
  input,
  context,
) => ({ tags: await readTags(context, input.logGroupName) });
