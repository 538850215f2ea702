import { AwsError } from "#model/error.ts";
import type { Context, Operation } from "#services/kit/service.ts";
import { parseArn } from "#services/kit/arn.ts";
import { tagsFromList, tagsToList, withoutTags, withTags, type Tags } from "#services/kit/tags.ts";
import { resourceNotFound, validationError } from "../errors.ts";
import { mostTags } from "../limits.ts";
import type { State } from "../metrics/memory.ts";
import { alarms, dashboards } from "../records.ts";

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
  const tags = await changeTags(input.ResourceARN ?? "", context, (present) => present).catch(
    (error: unknown) => {
      // An unknown resource has no tags: only changing them is an error.
      if (error instanceof AwsError && error.code === "ResourceNotFoundException") return {};
      throw error;
    },
  );
  return { Tags: tagsToList(tags) };
};

async function changeTags(
  arn: string,
  context: Context<State>,
  change: (tags: Tags) => Tags,
): Promise<Tags> {
  const [, type, name] = /^(alarm:|dashboard\/)(.+)$/.exec(parseArn(arn)?.resource ?? "") ?? [];
  return context.store.transaction(async (tx) => {
    if (type === undefined || name === undefined) throw resourceNotFound("Unknown", arn);
    const kind = type === "alarm:" ? "alarm" : "dashboard";
    const alarm = kind === "alarm" ? await alarms.get(tx, context, name) : undefined;
    const dashboard = kind === "dashboard" ? await dashboards.get(tx, context, name) : undefined;
    const present = alarm ? alarm.tags : dashboard ? (dashboard.tags ?? {}) : undefined;
    if (!present) throw resourceNotFound(kind, name);
    const tags = change(present);
    if (Object.keys(tags).length > mostTags)
      throw validationError(`A resource has at most ${mostTags} tags.`);
    if (alarm && tags !== present) alarms.put(tx, context, [name], { ...alarm, tags });
    if (dashboard && tags !== present) dashboards.put(tx, context, [name], { ...dashboard, tags });
    return tags;
  });
}
