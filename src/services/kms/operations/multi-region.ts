/** Related keys in several Regions. https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-replicate.html */
import { tagsFromList } from "#services/kit/tags.ts";
import { regions } from "#services/kit/facts/zones.ts";
import type { KmsOperation, KmsOperations } from "../context.ts";
import { describeKey } from "../describe.ts";
import {
  alreadyExists,
  keyDisabled,
  notFound,
  pendingDeletion,
  unsupported,
  validationException,
} from "../errors.ts";
import { findKey } from "../find.ts";
import { defaultPolicy } from "../make-key.ts";
import { arnIn, isReplica, regionOf, shareWithRelated } from "../multi-region.ts";
import { checkPolicy } from "../policy.ts";
import { keys, type KeyRecord } from "../records.ts";

function checkPrimary(key: KeyRecord): NonNullable<KeyRecord["regions"]> {
  if (key.deletionMs !== undefined) throw pendingDeletion(key.arn);
  if (!key.enabled) throw keyDisabled(key.arn);
  if (!key.regions) throw unsupported(`${key.arn} is not a multi-Region key.`);
  if (isReplica(key)) throw unsupported(`${key.arn} is not a multi-Region primary key.`);
  return key.regions;
}

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html */
const replicateKey: KmsOperation<"ReplicateKey"> = (input, context) => {
  if (input.Policy !== undefined) checkPolicy(input.Policy);
  const region = input.ReplicaRegion!;
  return context.store.transaction(async (tx) => {
    const key = await findKey(tx, context, input.KeyId!, { aliasAllowed: false });
    const related = checkPrimary(key);
    if (!regions.some(({ regionName }) => regionName === region) || region === regionOf(key))
      throw validationException(`${region} is not a Region that the key can be replicated to.`);
    const place = { account: context.account, region };
    const arn = arnIn(key, region);
    if (await keys.get(tx, place, key.keyId)) throw alreadyExists(`${arn} already exists.`);
    const now = { ...related, replicas: [...related.replicas, region] };
    const {
      rotation: _rotation,
      materialExpiresMs: _expires,
      material,
      tags: _tags,
      ...shared
    } = key;
    const replica: KeyRecord = {
      ...shared,
      arn,
      createdMs: context.clock.now(),
      description: input.Description ?? "",
      policy: input.Policy ?? defaultPolicy(context.account, region),
      tags: tagsFromList(
        input.Tags?.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue })),
      ),
      // Imported material has to be brought to each Region.
      material: key.origin === "EXTERNAL" ? [] : material,
      regions: now,
    };
    keys.put(tx, place, [key.keyId], replica);
    keys.put(tx, context, [key.keyId], { ...key, regions: now });
    await shareWithRelated(tx, context, { ...key, regions: now }, { regions: now });
    return {
      ReplicaKeyMetadata: describeKey(replica),
      ReplicaPolicy: replica.policy,
      ReplicaTags: input.Tags ?? [],
    };
  });
};

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdatePrimaryRegion.html */
const updatePrimaryRegion: KmsOperation<"UpdatePrimaryRegion"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const key = await findKey(tx, context, input.KeyId!, { aliasAllowed: false });
    const related = checkPrimary(key);
    const primary = input.PrimaryRegion!;
    if (primary === related.primary) return {};
    if (!related.replicas.includes(primary))
      throw notFound(`Key '${arnIn(key, primary)}' does not exist`);
    const others = related.replicas.filter((region) => region !== primary);
    const now = { primary, replicas: [...others, related.primary] };
    const { rotation, ...kept } = key;
    keys.put(tx, context, [key.keyId], { ...kept, regions: now });
    await shareWithRelated(tx, context, { ...key, regions: now }, { regions: now });
    // Only the primary is rotated, for all.
    const place = { account: context.account, region: primary };
    const chosen = await keys.get(tx, place, key.keyId);
    if (chosen && rotation) keys.put(tx, place, [key.keyId], { ...chosen, rotation });
    return {};
  });

export const multiRegionOperations: KmsOperations = {
  ReplicateKey: replicateKey,
  UpdatePrimaryRegion: updatePrimaryRegion,
};
