/** Tags of log groups and deliveries, by the newer operations on ARNs and the older ones on names. */
import type { Operation } from "#services/kit/service.ts";
import { parseArn } from "#services/kit/arn.ts";
import { withoutTags, withTags, type Tags } from "#services/kit/tags.ts";
import type { Collection, Scope } from "#store/collection.ts";
import type { Store } from "#store/store.ts";
import { resourceNotFound, tooManyTags } from "../errors.ts";
import { findGroup } from "../find.ts";
import { limits } from "../limits.ts";
import { deliveryDestinations, deliverySources, groups } from "../records.ts";
import type { LogsState } from "../state.ts";

interface Place extends Scope {
  store: Store;
}

/** What else has tags, by the beginning of its ARN's resource. */
const others: Record<string, Collection<{ tags: Tags }>> = {
  "delivery-destination": deliveryDestinations,
  "delivery-source": deliverySources,
};

async function changeTags(
  place: Place,
  nameOrArn: string | undefined,
  change: (tags: Tags) => Tags,
): Promise<Tags> {
  const [, kind = "", name = ""] =
    /^([a-z-]+):(.+)$/.exec(parseArn(nameOrArn ?? "")?.resource ?? "") ?? [];
  const other = others[kind];
  return place.store.transaction(async (tx) => {
    const found = other ? undefined : await findGroup(tx, nameOrArn, place);
    const owner = found ? found.group : await other!.get(tx, place, name);
    if (!owner) throw resourceNotFound(nameOrArn!);
    const tags = change(owner.tags);
    if (Object.keys(tags).length > limits.tags) throw tooManyTags();
    if (tags === owner.tags) return tags;
    if (found) groups.put(tx, found.scope, [found.group.name], { ...found.group, tags });
    else other!.put(tx, place, [name], { ...owner, tags });
    return tags;
  });
}

function readTags(place: Place, nameOrArn: string | undefined): Promise<Tags> {
  return changeTags(place, nameOrArn, (tags) => tags);
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
