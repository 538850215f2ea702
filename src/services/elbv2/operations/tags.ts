import type { Operation } from "#services/kit/service.ts";
import { tagsToList, withoutTags, withTags } from "#services/kit/tags.ts";
import { validationError } from "../errors.ts";
import type { State } from "../state.ts";
import { changeTags, readTags } from "../tagging.ts";

export const addTags: Operation<"elbv2", "AddTags", State> = async (
  { ResourceArns, Tags },
  context,
) => {
  if (!Tags?.length) throw validationError("At least one tag must be specified");
  const added = readTags(Tags, context.principal);
  await context.store.transaction(async (tx) => {
    for (const arn of ResourceArns ?? [])
      await changeTags(tx, context, arn, (tags) => withTags(tags, added));
  });
  return {};
};

export const removeTags: Operation<"elbv2", "RemoveTags", State> = async (
  { ResourceArns, TagKeys },
  context,
) => {
  await context.store.transaction(async (tx) => {
    for (const arn of ResourceArns ?? [])
      await changeTags(tx, context, arn, (tags) => withoutTags(tags, TagKeys ?? []));
  });
  return {};
};

/** At most 20 resources at a time. */
export const describeTags: Operation<"elbv2", "DescribeTags", State> = async (
  { ResourceArns },
  context,
) => {
  const arns = ResourceArns ?? [];
  if (arns.length > 20) throw validationError("You can specify up to 20 resources in one call");
  const found = await context.store.transaction(async (tx) => {
    const descriptions = [];
    for (const arn of arns) {
      const tags = await changeTags(tx, context, arn, (same) => same);
      descriptions.push({ ResourceArn: arn, Tags: tagsToList(tags) });
    }
    return descriptions;
  });
  return { TagDescriptions: found };
};
