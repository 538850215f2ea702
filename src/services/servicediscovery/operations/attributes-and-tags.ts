import type { Operations } from "#services/kit/service.ts";
import { tagsFromList, tagsToList, withoutTags, withTags, type Tags } from "#services/kit/tags.ts";
import type { Collection, Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { noResource, tooManyAttributes, tooManyTags } from "../errors.ts";
import { findService } from "../find.ts";
import { bareId } from "../ids.ts";
import { limits } from "../limits.ts";
import { namespaces, services } from "../records.ts";

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateServiceAttributes.html, API_TagResource.html */
export const attributeAndTagOperations: Operations<"servicediscovery", undefined> = {
  async GetServiceAttributes({ ServiceId }, context) {
    const { arn, attributes } = await context.store.transaction((tx) =>
      findService(tx, context, ServiceId),
    );
    return {
      ServiceAttributes: {
        ServiceArn: arn,
        ResourceOwner: context.account,
        Attributes: attributes,
      },
    };
  },
  async UpdateServiceAttributes({ ServiceId, Attributes }, context) {
    await context.store.transaction(async (tx) => {
      const found = await findService(tx, context, ServiceId);
      const attributes = { ...found.attributes, ...Attributes };
      if (Object.keys(attributes).length > limits.attributesPerService)
        throw tooManyAttributes(limits.attributesPerService);
      services.put(tx, context, [found.id], { ...found, attributes });
    });
    return {};
  },
  async DeleteServiceAttributes({ ServiceId, Attributes = [] }, context) {
    await context.store.transaction(async (tx) => {
      const found = await findService(tx, context, ServiceId);
      services.put(tx, context, [found.id], {
        ...found,
        attributes: withoutTags(found.attributes, Attributes),
      });
    });
    return {};
  },
  async TagResource({ ResourceARN, Tags: added }, context) {
    await change(context, ResourceARN!, (tags) => withTags(tags, tagsFromList(added)));
    return {};
  },
  async UntagResource({ ResourceARN, TagKeys = [] }, context) {
    await change(context, ResourceARN!, (tags) => withoutTags(tags, TagKeys));
    return {};
  },
  async ListTagsForResource({ ResourceARN }, context) {
    const { record } = await context.store.transaction((tx) => find(tx, context, ResourceARN!));
    return { Tags: tagsToList(record.tags) };
  },
};

interface Tagged {
  tags: Tags;
}

async function change(
  context: Scope & { store: { transaction<T>(run: (tx: Transaction) => Promise<T>): Promise<T> } },
  arn: string,
  next: (tags: Tags) => Tags,
): Promise<void> {
  await context.store.transaction(async (tx) => {
    const { records, id, record } = await find(tx, context, arn);
    const tags = next(record.tags);
    if (Object.keys(tags).length > limits.tagsPerResource) throw tooManyTags(arn);
    records.put(tx, context, [id], { ...record, tags });
  });
}

async function find(tx: Transaction, scope: Scope, arn: string) {
  const records = (arn.includes(":namespace/")
    ? namespaces
    : services) as unknown as Collection<Tagged>;
  const id = bareId(arn);
  const record = await records.get(tx, scope, id);
  if (!record) throw noResource(arn);
  return { records, id, record };
}
