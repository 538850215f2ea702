/** https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html */
import { dateOf } from "#runtime/date.ts";
import { changeKey } from "../change-key.ts";
import type { KmsOperation, KmsOperations } from "../context.ts";
import { invalidState, pendingDeletion, validationException } from "../errors.ts";
import { dayMs, limits } from "../limits.ts";

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
    if (found.deletionMs !== undefined) throw pendingDeletion(found.arn);
    return { ...found, enabled: false, deletionMs: context.clock.now() + days * dayMs };
  });
  return {
    KeyId: key.arn,
    DeletionDate: dateOf(key.deletionMs!),
    KeyState: "PendingDeletion",
    PendingWindowInDays: days,
  };
};

/** The key is disabled afterwards, as AWS leaves it. */
const cancelKeyDeletion: KmsOperation<"CancelKeyDeletion"> = async (input, context) => {
  const key = await changeKey(context, input.KeyId!, ({ deletionMs, ...found }) => {
    if (deletionMs === undefined) throw invalidState(`${found.arn} is not pending deletion.`);
    return { ...found, enabled: false };
  });
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
