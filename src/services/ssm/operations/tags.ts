/** Tags of parameters, the only taggable resources here. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html */
import type { Transaction } from "#store/store.ts";
import { tagsFromList, tagsToList, withTags, withoutTags, type Tags } from "#services/kit/tags.ts";
import type { SsmContext, SsmOperation, SsmOperations } from "../context.ts";
import { invalidResourceId, tooManyTags } from "../errors.ts";
import { mostTags } from "../limits.ts";
import { spellingsOf } from "../names.ts";
import { parameters, type ParameterRecord } from "../records.ts";

interface Resource {
  ResourceType?: string | undefined;
  ResourceId?: string | undefined;
}

async function find(
  tx: Transaction,
  context: SsmContext,
  { ResourceType, ResourceId }: Resource,
): Promise<ParameterRecord> {
  if (ResourceType === "Parameter")
    for (const name of spellingsOf(ResourceId!)) {
      const record = await parameters.get(tx, context, name);
      if (record) return record;
    }
  throw invalidResourceId();
}

async function change(context: SsmContext, resource: Resource, tagsFrom: (tags: Tags) => Tags) {
  await context.store.transaction(async (tx) => {
    const record = await find(tx, context, resource);
    const tags = tagsFrom(record.tags);
    if (Object.keys(tags).length > mostTags) throw tooManyTags();
    parameters.put(tx, context, [record.name], { ...record, tags });
  });
  return {};
}

const addTagsToResource: SsmOperation<"AddTagsToResource"> = (input, context) =>
  change(context, input, (tags) => withTags(tags, tagsFromList(input.Tags)));

const removeTagsFromResource: SsmOperation<"RemoveTagsFromResource"> = (input, context) =>
  change(context, input, (tags) => withoutTags(tags, input.TagKeys!));

const listTagsForResource: SsmOperation<"ListTagsForResource"> = async (input, context) => {
  const { tags } = await context.store.transaction((tx) => find(tx, context, input));
  return { TagList: tagsToList(tags) };
};

export const tagOperations: SsmOperations = {
  AddTagsToResource: addTagsToResource,
  RemoveTagsFromResource: removeTagsFromResource,
  ListTagsForResource: listTagsForResource,
};
