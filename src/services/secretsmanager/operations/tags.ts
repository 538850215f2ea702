import { tagsFromList, withTags, withoutTags } from "#services/kit/tags.ts";
import type { SecretsOperation, SecretsOperations } from "../context.ts";
import { invalidParameter } from "../errors.ts";
import { findPrimary, putSecret } from "../find.ts";
import { limits } from "../limits.ts";

const tagResource: SecretsOperation<"TagResource"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const secret = await findPrimary(tx, context, input.SecretId!);
    const tags = withTags(secret.tags, tagsFromList(input.Tags));
    if (Object.keys(tags).length > limits.tags)
      throw invalidParameter(`A secret can have ${limits.tags} tags at most.`);
    putSecret(tx, context, { ...secret, tags });
  });
  return {};
};

const untagResource: SecretsOperation<"UntagResource"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const secret = await findPrimary(tx, context, input.SecretId!);
    putSecret(tx, context, { ...secret, tags: withoutTags(secret.tags, input.TagKeys!) });
  });
  return {};
};

export const tagOperations: SecretsOperations = {
  TagResource: tagResource,
  UntagResource: untagResource,
};
