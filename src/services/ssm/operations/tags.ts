/** Tags of parameters, documents and patch baselines. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html */
import type { Transaction } from "#store/store.ts";
import { tagsFromList, tagsToList, withTags, withoutTags, type Tags } from "#services/kit/tags.ts";
import type { SsmContext, SsmOperation, SsmOperations } from "../context.ts";
import { invalidResourceId, tooManyTags } from "../errors.ts";
import { mostTags } from "../limits.ts";
import { documents } from "../documents/records.ts";
import { baselines } from "../patching/records.ts";
import { findRecord } from "../parameters.ts";
import { parameters } from "../records.ts";

interface Resource {
  ResourceType?: string | undefined;
  ResourceId?: string | undefined;
}

interface Tagged {
  tags: Tags;
  put: (tags: Tags) => void;
}

async function find(
  tx: Transaction,
  context: SsmContext,
  { ResourceType, ResourceId }: Resource,
): Promise<Tagged> {
  if (ResourceType === "Parameter") {
    const record = await findRecord(tx, context, ResourceId!);
    if (record)
      return {
        tags: record.tags,
        put: (tags) => parameters.put(tx, context, [record.name], { ...record, tags }),
      };
  }
  if (ResourceType === "Document") {
    const record = await documents.get(tx, context, ResourceId!);
    if (record)
      return {
        tags: record.tags,
        put: (tags) => documents.put(tx, context, [record.name], { ...record, tags }),
      };
  }
  if (ResourceType === "PatchBaseline") {
    const record = await baselines.get(tx, context, ResourceId!);
    if (record)
      return {
        tags: record.tags,
        put: (tags) => baselines.put(tx, context, [record.id], { ...record, tags }),
      };
  }
  throw invalidResourceId();
}

async function change(context: SsmContext, resource: Resource, tagsFrom: (tags: Tags) => Tags) {
  await context.store.transaction(async (tx) => {
    const found = await find(tx, context, resource);
    const tags = tagsFrom(found.tags);
    if (Object.keys(tags).length > mostTags) throw tooManyTags();
    found.put(tags);
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
