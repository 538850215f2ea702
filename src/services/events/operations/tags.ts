/** Tags of buses and rules. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html */
import type { Operation, RequestContext } from "#services/kit/service.ts";
import { parseArn } from "#services/kit/arn.ts";
import { tagsFromList, tagsToList, withoutTags, withTags, type Tags } from "#services/kit/tags.ts";
import type { Transaction } from "#store/store.ts";
import { busPlace, defaultBus, findBus } from "../buses.ts";
import { limitExceeded, validation } from "../errors.ts";
import { limits } from "../limits.ts";
import { buses, rules } from "../records.ts";
import { findRule } from "../rules.ts";
import type { EventsState } from "../state.ts";

interface Tagged {
  tags: Tags;
  keep: (tags: Tags) => void;
}

/** Throws ResourceNotFoundException. */
async function findTagged(
  tx: Transaction,
  arn: string | undefined,
  context: RequestContext,
): Promise<Tagged> {
  const { account, region, resource } = parseArn(arn ?? "") ?? {};
  const [kind, first, second] = resource?.split("/") ?? [];
  const scope = { account: account ?? context.account, region: region ?? context.region };
  if (kind === "rule" && first !== undefined) {
    const [bus, name] = second === undefined ? [defaultBus, first] : [first, second];
    const { rule } = await findRule(tx, name, bus, { ...scope, clock: context.clock });
    return {
      tags: rule.tags,
      keep: (tags) => rules.put(tx, scope, [rule.bus, rule.name], { ...rule, tags }),
    };
  }
  if (kind !== "event-bus")
    throw validation(
      `Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  const place = busPlace(arn, context);
  const bus = await findBus(tx, place, context.clock);
  return {
    tags: bus.tags,
    keep: (tags) => buses.put(tx, place.scope, [place.name], { ...bus, tags }),
  };
}

async function changeTags(
  arn: string | undefined,
  context: RequestContext,
  change: (tags: Tags) => Tags,
): Promise<void> {
  await context.store.transaction(async (tx) => {
    const { tags, keep } = await findTagged(tx, arn, context);
    const changed = change(tags);
    if (Object.keys(changed).length > limits.tags) throw limitExceeded();
    keep(changed);
  });
}

export const tagResource: Operation<"events", "TagResource", EventsState> = async (
  input,
  context,
) => {
  await changeTags(input.ResourceARN, context, (tags) => withTags(tags, tagsFromList(input.Tags)));
  return {};
};

export const untagResource: Operation<"events", "UntagResource", EventsState> = async (
  input,
  context,
) => {
  await changeTags(input.ResourceARN, context, (tags) => withoutTags(tags, input.TagKeys ?? []));
  return {};
};

export const listTagsForResource: Operation<"events", "ListTagsForResource", EventsState> = async (
  input,
  context,
) => {
  const { tags } = await context.store.transaction((tx) =>
    findTagged(tx, input.ResourceARN, context),
  );
  return { Tags: tagsToList(tags) };
};
