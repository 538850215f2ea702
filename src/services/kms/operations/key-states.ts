/** https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html */
import { dateOf } from "#runtime/date.ts";
import { changeKey } from "../change-key.ts";
import type { KmsOperation, KmsOperations } from "../context.ts";
import { invalidState, pendingDeletion, validationException } from "../errors.ts";
import { dayMs, limits } from "../limits.ts";
import { isReplica } from "../multi-region.ts";

const enableKey: KmsOperation<"EnableKey"> = async (input, context) => {
  await changeKey(context, input.KeyId!, (key) => {
    if (key.deletionMs !== undefined) throw pendingDeletion(key.arn);
    return { ...key, enabled: true };
  });
  return {};
};

const disableKey: KmsOperation<"DisableKey"> = async (input, context) => {
  await changeKey(context, input.KeyId!, (key) => {
    if (key.deletionMs !== undefined) throw pendingDeletion(key.arn);
    return { ...key, enabled: false };
  });
  return {};
};

const scheduleKeyDeletion: KmsOperation<"ScheduleKeyDeletion"> = async (input, context) => {
  const { least, most, usual } = limits.deletionDays;
  const days = input.PendingWindowInDays ?? usual;
  if (days < least || days > most)
    throw validationException(
      `PendingWindowInDays must be between ${least} and ${most}, it is ${days}`,
    );
  const key = await changeKey(context, input.KeyId!, (found) => {
    if (found.deletionMs !== undefined || found.deletionWaitsDays !== undefined)
      throw pendingDeletion(found.arn);
    // A primary key goes after its replicas.
    if (!isReplica(found) && (found.regions?.replicas.length ?? 0) > 0)
      return { ...found, enabled: false, deletionWaitsDays: days };
    return { ...found, enabled: false, deletionMs: context.clock.now() + days * dayMs };
  });
  return {
    KeyId: key.arn,
    ...(key.deletionMs !== undefined && { DeletionDate: dateOf(key.deletionMs) }),
    KeyState: key.deletionMs === undefined ? "PendingReplicaDeletion" : "PendingDeletion",
    PendingWindowInDays: days,
  };
};

/** The key is disabled afterwards, as AWS leaves it. */
const cancelKeyDeletion: KmsOperation<"CancelKeyDeletion"> = async (input, context) => {
  const key = await changeKey(
    context,
    input.KeyId!,
    ({ deletionMs, deletionWaitsDays, ...found }) => {
      if (deletionMs === undefined && deletionWaitsDays === undefined)
        throw invalidState(`${found.arn} is not pending deletion.`);
      return { ...found, enabled: false };
    },
  );
  return { KeyId: key.arn };
};

const updateKeyDescription: KmsOperation<"UpdateKeyDescription"> = async (input, context) => {
  await changeKey(context, input.KeyId!, (key) => {
    if (key.deletionMs !== undefined) throw pendingDeletion(key.arn);
    return { ...key, description: input.Description! };
  });
  return {};
};

export const stateOperations: KmsOperations = {
  EnableKey: enableKey,
  DisableKey: disableKey,
  ScheduleKeyDeletion: scheduleKeyDeletion,
  CancelKeyDeletion: cancelKeyDeletion,
  UpdateKeyDescription: updateKeyDescription,
};
