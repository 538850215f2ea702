import type { ResourceTagSet, TagResourceType } from "@aws-sdk/client-route-53";
import { tagsFromList, tagsToList, withoutTags, withTags, type Tags } from "#services/kit/tags.ts";
import type { Operations } from "#services/kit/service.ts";
import type { Collection, Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { invalidInput, noSuchHealthCheck, noSuchZone } from "../errors.ts";
import { limits } from "../limits.ts";
import { healthChecks, hostedZones, ofAccount } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeTagsForResource.html and its neighbours */
export const tagOperations: Operations<"route53", State> = {
  async ChangeTagsForResource({ ResourceType, ResourceId, AddTags, RemoveTagKeys }, context) {
    const scope = ofAccount(context);
    if (!AddTags && !RemoveTagKeys)
      throw invalidInput("At least one of AddTags and RemoveTagKeys must be given.");
    await context.store.transaction(async (tx) => {
      const { records, record } = await find(tx, scope, ResourceType!, ResourceId!);
      const tags = withTags(withoutTags(record.tags, RemoveTagKeys ?? []), tagsFromList(AddTags));
      if (Object.keys(tags).length > limits.tagsPerResource)
        throw invalidInput(`A resource can have at most ${limits.tagsPerResource} tags.`);
      records.put(tx, scope, [ResourceId!], { ...record, tags });
    });
    return {};
  },
  async ListTagsForResource({ ResourceType, ResourceId }, context) {
    const scope = ofAccount(context);
    const { record } = await context.store.transaction((tx) =>
      find(tx, scope, ResourceType!, ResourceId!),
    );
    return { ResourceTagSet: show(ResourceType!, ResourceId!, record.tags) };
  },
  async ListTagsForResources({ ResourceType, ResourceIds = [] }, context) {
    const scope = ofAccount(context);
    const ResourceTagSets = await context.store.transaction(async (tx) => {
      const sets: ResourceTagSet[] = [];
      for (const id of ResourceIds)
        sets.push(show(ResourceType!, id, (await find(tx, scope, ResourceType!, id)).record.tags));
      return sets;
    });
    return { ResourceTagSets };
  },
};

interface Tagged {
  tags: Tags;
}

async function find(
  tx: Transaction,
  scope: Scope,
  type: TagResourceType,
  id: string,
): Promise<{ records: Collection<Tagged>; record: Tagged }> {
  const isZone = type === "hostedzone";
  const records = (isZone ? hostedZones : healthChecks) as unknown as Collection<Tagged>;
  const record = await records.get(tx, scope, id);
  if (!record) throw isZone ? noSuchZone(id) : noSuchHealthCheck(id);
  return { records, record };
}

function show(ResourceType: TagResourceType, ResourceId: string, tags: Tags): ResourceTagSet {
  return { ResourceType, ResourceId, Tags: tagsToList(tags) };
}
