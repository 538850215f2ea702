/** TagResource, UntagResource and ListTagsOfResource. */
import type { Operation } from "#services/kit/service.ts";
import { tagsFromList, tagsToList, withoutTags, withTags } from "#services/kit/tags.ts";
import { validation } from "../errors.ts";
import { limits } from "../limits.ts";
import { tables } from "../records.ts";
import { findTable } from "../tables/find.ts";
import type { DynamoState } from "../state.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html */
export const tagResource: Operation<"dynamodb", "TagResource", DynamoState> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const { scope, table } = await findTable(tx, input.ResourceArn, context);
    const tags = withTags(table.tags, tagsFromList(input.Tags));
    if (Object.keys(tags).length > limits.tags)
      throw validation("Number of tags in this request exceeds the limit of 50 tags per resource");
    tables.put(tx, scope, [table.name], { ...table, tags });
  });
  return {};
};

export const untagResource: Operation<"dynamodb", "UntagResource", DynamoState> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const { scope, table } = await findTable(tx, input.ResourceArn, context);
    const tags = withoutTags(table.tags, input.TagKeys ?? []);
    tables.put(tx, scope, [table.name], { ...table, tags });
  });
  return {};
};

export const listTagsOfResource: Operation<"dynamodb", "ListTagsOfResource", DynamoState> = async (
  input,
  context,
) => {
  const { table } = await context.store.transaction((tx) =>
    findTable(tx, input.ResourceArn, context),
  );
  return { Tags: tagsToList(table.tags) };
};
