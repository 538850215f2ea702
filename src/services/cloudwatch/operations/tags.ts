import type { Context, Operation } from "#services/kit/service.ts";
import { parseArn } from "#services/kit/arn.ts";
import { tagsFromList, tagsToList, withoutTags, withTags, type Tags } from "#services/kit/tags.ts";
import { resourceNotFound, validationError } from "../errors.ts";
import { mostTags } from "../limits.ts";
import type { State } from "../metrics/memory.ts";
import { alarms } from "../records.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html */
export const tagResource: Operation<"cloudwatch", "TagResource", State> = async (
  input,
  context,
) => {
  await changeTags(input.ResourceARN ?? "", context, (tags) =>
    withTags(tags, tagsFromList(input.Tags)),
  );
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_UntagResource.html */
export const untagResource: Operation<"cloudwatch", "UntagResource", State> = async (
  input,
  context,
) => {
  await changeTags(input.ResourceARN ?? "", context, (tags) =>
    withoutTags(tags, input.TagKeys ?? []),
  );
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListTagsForResource.html */
export const listTagsForResource: Operation<"cloudwatch", "ListTagsForResource", State> = async (
  input,
  context,
) => {
  const tags = await changeTags(input.ResourceARN ?? "", context, (present) => present);
  return { Tags: tagsToList(tags) };
};

async function changeTags(
  arn: string,
  context: Context<State>,
  change: (tags: Tags) => Tags,
): Promise<Tags> {
  const name = /^alarm:(.+)$/.exec(parseArn(arn)?.resource ?? "")?.[1] ?? "";
  return context.store.transaction(async (tx) => {
    const alarm = name === "" ? undefined : await alarms.get(tx, context, name);
    if (!alarm) throw resourceNotFound("alarm", name || arn);
    const tags = change(alarm.tags);
    if (Object.keys(tags).length > mostTags)
      throw validationError(`An alarm has at most ${mostTags} tags.`);
    if (tags !== alarm.tags) alarms.put(tx, context, [name], { ...alarm, tags });
    return tags;
  });
}
