/** Keys come, are shown and listed. */
import { paginate } from "#services/kit/pagination.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import type { KmsOperation } from "../context.ts";
import { describeKey } from "../describe.ts";
import { invalidMarker, tagException, unsupported, validationException } from "../errors.ts";
import { findKey } from "../find.ts";
import { keySpecs, specOf, type KeySpecName } from "../key-specs.ts";
import { limits } from "../limits.ts";
import { makeKey } from "../make-key.ts";
import { makeMaterial } from "../material.ts";
import { checkPolicy } from "../policy.ts";
import { keys, type KeyUsage } from "../records.ts";

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html */
export const createKey: KmsOperation<"CreateKey"> = async (input, context) => {
  const { Origin = "AWS_KMS", CustomKeyStoreId, XksKeyId, KeySpec, CustomerMasterKeySpec } = input;
  const external = Origin === "EXTERNAL";
  if (
    (Origin !== "AWS_KMS" && !external) ||
    CustomKeyStoreId !== undefined ||
    XksKeyId !== undefined
  )
    throw unsupported(
      `Fogbank makes keys of the origins AWS_KMS and EXTERNAL, not ${Origin}: it has no custom key stores.`,
    );
  if (KeySpec !== undefined && CustomerMasterKeySpec !== undefined)
    throw validationException(
      "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
    );
  const name = KeySpec ?? CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT";
  if (!(name in keySpecs)) throw unsupported(`Fogbank makes no keys of spec ${name}.`);
  const spec = name as KeySpecName;
  const { usages } = specOf(spec);
  const usage = (input.KeyUsage ??
    (spec === "SYMMETRIC_DEFAULT" ? "ENCRYPT_DECRYPT" : undefined)) as KeyUsage | undefined;
  if (usage === undefined)
    throw validationException(
      "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
    );
  if (!usages.includes(usage))
    throw validationException(`KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
  if (input.Policy !== undefined) checkPolicy(input.Policy);
  const tags = tagsFromList(
    input.Tags?.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue })),
  );
  if (Object.keys(tags).length > limits.tags) throw tagException("Too many tags");
  const material = external ? [] : [await makeMaterial(spec, context.random)];
  const key = makeKey(context, {
    description: input.Description ?? "",
    spec,
    usage,
    tags,
    material,
    multiRegion: input.MultiRegion ?? false,
    ...(external && { origin: "EXTERNAL" as const }),
    ...(input.Policy !== undefined && { policy: input.Policy }),
  });
  await context.store.transaction(async (tx) => keys.put(tx, context, [key.keyId], key));
  return { KeyMetadata: describeKey(key) };
};

export const describeKeyOperation: KmsOperation<"DescribeKey"> = async (input, context) => {
  const key = await context.store.transaction((tx) => findKey(tx, context, input.KeyId!));
  return { KeyMetadata: describeKey(key) };
};

export const listKeys: KmsOperation<"ListKeys"> = async (input, context) => {
  const found = await context.store.transaction((tx) => keys.list(tx, context));
  const { items, nextToken } = paginate(found, {
    limit: input.Limit ?? limits.keysPage,
    token: input.Marker,
    keyOf: ({ keyId }) => keyId,
    invalidToken: invalidMarker,
  });
  return {
    Keys: items.map(({ keyId, arn }) => ({ KeyId: keyId, KeyArn: arn })),
    Truncated: nextToken !== undefined,
    ...(nextToken !== undefined && { NextMarker: nextToken }),
  };
};
