import type { Context, Operation } from "#services/kit/service.ts";
import type { Collection } from "#store/collection.ts";
import { parseArn } from "#services/kit/arn.ts";
import { tagsFromList, tagsToList, withoutTags, withTags, type Tags } from "#services/kit/tags.ts";
import { resourceNotFound, validationError } from "../errors.ts";
import { mostTags } from "../limits.ts";
import type { State } from "../metrics/memory.ts";
import { alarms, dashboards, insightRules, muteRules } from "../records.ts";

/** What can have tags, by the beginning of its ARN's resource. */
const owners: Record<string, { kind: string; records: Collection<{ tags?: Tags }> }> = {
  "alarm:": { kind: "alarm", records: alarms },
  "alarm-mute-rule:": { kind: "alarm-mute-rule", records: muteRules },
  "dashboard/": { kind: "dashboard", records: dashboards },
  "insight-rule/": { kind: "insight-rule", records: insightRules },
};

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
  const [, prefix = "", name] =
    /^(alarm:|alarm-mute-rule:|dashboard\/|insight-rule\/)(.+)$/.exec(
      parseArn(arn)?.resource ?? "",
    ) ?? [];
  const owner = owners[prefix];
  return context.store.transaction(async (tx) => {
    if (!owner || name === undefined) throw resourceNotFound("Unknown", arn);
    const present = await owner.records.get(tx, context, name);
    if (!present) throw resourceNotFound(owner.kind, name);
    const before = present.tags ?? {};
    const tags = change(before);
    if (Object.keys(tags).length > mostTags)
      throw validationError(`A resource has at most ${mostTags} tags.`);
    if (tags !== before) owner.records.put(tx, context, [name], { ...present, tags });
    return tags;
  });
}
