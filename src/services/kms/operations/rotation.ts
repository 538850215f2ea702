/** https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html */
import { dateOf } from "#runtime/date.ts";
import { paginate } from "#services/kit/pagination.ts";
import { changeKey } from "../change-key.ts";
import type { KmsOperation, KmsOperations } from "../context.ts";
import {
  invalidMarker,
  keyDisabled,
  limitExceeded,
  pendingDeletion,
  unsupported,
  validationException,
} from "../errors.ts";
import { findKey } from "../find.ts";
import { dayMs, limits } from "../limits.ts";
import { isReplica, shareWithRelated } from "../multi-region.ts";
import type { KeyRecord } from "../records.ts";
import { rotate } from "../rotate.ts";

/** Only symmetric keys of the customer's own can be rotated. */
function checkRotates(key: KeyRecord): void {
  if (key.deletionMs !== undefined) throw pendingDeletion(key.arn);
  if (!key.enabled) throw keyDisabled(key.arn);
  if (key.spec !== "SYMMETRIC_DEFAULT" || key.manager === "AWS")
    throw unsupported(`${key.arn} cannot be rotated: it is no symmetric key of your own.`);
  if (key.origin === "EXTERNAL")
    throw unsupported(`${key.arn} origin is EXTERNAL which is not valid for this operation.`);
  if (isReplica(key))
    throw unsupported(`${key.arn} is a replica key: its primary key is rotated for all Regions.`);
}

const enableKeyRotation: KmsOperation<"EnableKeyRotation"> = async (input, context) => {
  const { least, most, usual } = limits.rotationDays;
  const periodDays = input.RotationPeriodInDays ?? usual;
  if (periodDays < least || periodDays > most)
    throw validationException(
      `RotationPeriodInDays must be between ${least} and ${most}, it is ${periodDays}`,
    );
  await changeKey(context, input.KeyId!, (key) => {
    checkRotates(key);
    const nextMs = context.clock.now() + periodDays * dayMs;
    return { ...key, rotation: { periodDays, nextMs } };
  });
  return {};
};

const disableKeyRotation: KmsOperation<"DisableKeyRotation"> = async (input, context) => {
  await changeKey(context, input.KeyId!, (found) => {
    checkRotates(found);
    const { rotation: _ended, ...key } = found;
    return key;
  });
  return {};
};

const getKeyRotationStatus: KmsOperation<"GetKeyRotationStatus"> = async (input, context) => {
  const key = await context.store.transaction((tx) =>
    findKey(tx, context, input.KeyId!, { aliasAllowed: false }),
  );
  if (key.deletionMs !== undefined) throw pendingDeletion(key.arn);
  if (key.spec !== "SYMMETRIC_DEFAULT")
    throw unsupported(`${key.arn} is no symmetric key and is never rotated.`);
  return {
    KeyId: key.keyId,
    KeyRotationEnabled: key.rotation !== undefined,
    ...(key.rotation && {
      RotationPeriodInDays: key.rotation.periodDays,
      NextRotationDate: dateOf(key.rotation.nextMs),
    }),
  };
};

const rotateKeyOnDemand: KmsOperation<"RotateKeyOnDemand"> = async (input, context) => {
  const key = await changeKey(context, input.KeyId!, async (found, tx) => {
    checkRotates(found);
    const done = found.rotations.filter(({ type }) => type === "ON_DEMAND").length;
    if (done >= limits.onDemandRotations)
      throw limitExceeded(
        `${found.arn} was rotated on demand ${done} times, as often as it can be.`,
      );
    const rotated = rotate(found, context.random, context.clock.now(), "ON_DEMAND");
    const { material, rotations } = rotated;
    await shareWithRelated(tx, context, found, { material, rotations });
    return rotated;
  });
  return { KeyId: key.keyId };
};

const listKeyRotations: KmsOperation<"ListKeyRotations"> = async (input, context) => {
  const key = await context.store.transaction((tx) =>
    findKey(tx, context, input.KeyId!, { aliasAllowed: false }),
  );
  const numbered = key.rotations.map((rotation, index) => ({ ...rotation, index }));
  const { items, nextToken } = paginate(numbered, {
    limit: input.Limit ?? 100,
    token: input.Marker,
    keyOf: ({ index }) => String(index).padStart(6, "0"),
    invalidToken: invalidMarker,
  });
  return {
    Rotations: items.map(({ dateMs, type }) => ({
      KeyId: key.keyId,
      RotationDate: dateOf(dateMs),
      RotationType: type,
    })),
    Truncated: nextToken !== undefined,
    ...(nextToken !== undefined && { NextMarker: nextToken }),
  };
};

export const rotationOperations: KmsOperations = {
  EnableKeyRotation: enableKeyRotation,
  DisableKeyRotation: disableKeyRotation,
  GetKeyRotationStatus: getKeyRotationStatus,
  RotateKeyOnDemand: rotateKeyOnDemand,
  ListKeyRotations: listKeyRotations,
};
