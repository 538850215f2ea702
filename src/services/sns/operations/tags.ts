/** TagResource, UntagResource and ListTagsForResource: only topics have tags. */
import { AwsError } from "#model/error.ts";
import type { Operation } from "#services/kit/service.ts";
import { tagsFromList, tagsToList, withoutTags, withTags, type Tags } from "#services/kit/tags.ts";
import type { Transaction } from "#store/store.ts";
import { resourceNotFound, tagLimitExceeded } from "../errors.ts";
import { limits } from "../limits.ts";
import { topics } from "../records.ts";
import { findTopic, type FoundTopic } from "../topic.ts";
import type { SnsState } from "../state.ts";

/** https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html */
export const tagResource: Operation<"sns", "TagResource", SnsState> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const found = await findTagged(tx, input.ResourceArn);
    putTags(tx, found, withTags(found.topic.tags, tagsFromList(input.Tags)));
  });
  return {};
};

export const untagResource: Operation<"sns", "UntagResource", SnsState> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const found = await findTagged(tx, input.ResourceArn);
    putTags(tx, found, withoutTags(found.topic.tags, input.TagKeys ?? []));
  });
  return {};
};

export const listTagsForResource: Operation<"sns", "ListTagsForResource", SnsState> = async (
  input,
  context,
) => {
  const { topic } = await context.store.transaction((tx) => findTagged(tx, input.ResourceArn));
  return { Tags: tagsToList(topic.tags) };
};

function putTags(tx: Transaction, { scope, topic }: FoundTopic, tags: Tags): void {
  if (Object.keys(tags).length > limits.mostTags) throw tagLimitExceeded();
  topics.put(tx, scope, [topic.name], { ...topic, tags });
}

async function findTagged(tx: Transaction, arn: string | undefined): Promise<FoundTopic> {
  try {
    return await findTopic(tx, arn);
  } catch (error) {
    const missing = ["NotFoundException", "InvalidParameterException"];
    if (error instanceof AwsError && missing.includes(error.code)) throw resourceNotFound();
    throw error;
  }
}
