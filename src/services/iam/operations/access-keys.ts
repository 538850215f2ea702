import { dateOf } from "#runtime/date.ts";
import { newAccessKeyId, newSecretAccessKey } from "#services/kit/access-key.ts";
import type { Transaction } from "#store/store.ts";
import { pageOf, type IamContext, type IamOperation, type IamOperations } from "../context.ts";
import { accessKeyNotFound, quotaExceeded } from "../errors.ts";
import { findUser, namedUser } from "../find.ts";
import { mostAccessKeysPerUser } from "../limits.ts";
import { accessKeys, globalScope, idOf, type AccessKeyRecord } from "../records.ts";

/** The keys of a user, or of the root for undefined; oldest first. */
async function keysOf(tx: Transaction, context: IamContext, user: string | undefined) {
  const owner = user === undefined ? undefined : idOf(user);
  const all = await accessKeys.list(tx, globalScope(context));
  return all.filter((key) => key.user === owner).sort((a, b) => a.createdMs - b.createdMs);
}

/** Throws when the key does not exist or belongs to somebody else. */
async function findKey(
  tx: Transaction,
  context: IamContext,
  { AccessKeyId: id, UserName }: { AccessKeyId: string | undefined; UserName?: string | undefined },
): Promise<AccessKeyRecord> {
  const user = namedUser(UserName, context);
  if (user !== undefined) await findUser(tx, context, user);
  const key = await accessKeys.get(tx, globalScope(context), id!);
  if (!key || key.user !== (user === undefined ? undefined : idOf(user)))
    throw accessKeyNotFound(id!);
  return key;
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html */
const createAccessKey: IamOperation<"CreateAccessKey"> = async (input, context) => {
  const userName = namedUser(input.UserName, context);
  const key = await context.store.transaction(async (tx) => {
    const user = userName === undefined ? undefined : await findUser(tx, context, userName);
    if ((await keysOf(tx, context, userName)).length >= mostAccessKeysPerUser)
      throw quotaExceeded("AccessKeysPerUser", mostAccessKeysPerUser);
    const record: AccessKeyRecord = {
      accessKeyId: newAccessKeyId("AKIA", context.account, context.random),
      secretAccessKey: newSecretAccessKey(context.random),
      ...(user && { user: idOf(user.name) }),
      active: true,
      createdMs: context.clock.now(),
    };
    accessKeys.put(tx, globalScope(context), [record.accessKeyId], record);
    return { ...record, userName: user?.name };
  });
  return {
    AccessKey: {
      UserName: key.userName ?? "",
      AccessKeyId: key.accessKeyId,
      SecretAccessKey: key.secretAccessKey,
      Status: "Active",
      CreateDate: dateOf(key.createdMs),
    },
  };
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html */
const listAccessKeys: IamOperation<"ListAccessKeys"> = async (input, context) => {
  const userName = namedUser(input.UserName, context);
  const { user, keys } = await context.store.transaction(async (tx) => ({
    user: userName === undefined ? undefined : await findUser(tx, context, userName),
    keys: await keysOf(tx, context, userName),
  }));
  const { items, ...rest } = pageOf(keys, input, (key) => key.accessKeyId);
  return {
    AccessKeyMetadata: items.map((key) => ({
      UserName: user?.name,
      AccessKeyId: key.accessKeyId,
      Status: key.active ? "Active" : "Inactive",
      CreateDate: dateOf(key.createdMs),
    })),
    ...rest,
  };
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html */
const updateAccessKey: IamOperation<"UpdateAccessKey"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const key = await findKey(tx, context, input);
    const active = input.Status === "Active";
    accessKeys.put(tx, globalScope(context), [key.accessKeyId], { ...key, active });
  });
  return {};
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html */
const deleteAccessKey: IamOperation<"DeleteAccessKey"> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const key = await findKey(tx, context, input);
    accessKeys.delete(tx, globalScope(context), key.accessKeyId);
  });
  return {};
};

/** Its use is not recorded: AWS's answer for a key that was never used. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html */
const getAccessKeyLastUsed: IamOperation<"GetAccessKeyLastUsed"> = async (input, context) => {
  const userName = await context.store.transaction(async (tx) => {
    const key = await accessKeys.get(tx, globalScope(context), input.AccessKeyId!);
    if (!key) throw accessKeyNotFound(input.AccessKeyId!);
    return key.user === undefined ? undefined : (await findUser(tx, context, key.user)).name;
  });
  return {
    UserName: userName,
    AccessKeyLastUsed: { ServiceName: "N/A", Region: "N/A" },
  };
};

export const accessKeyOperations: IamOperations = {
  CreateAccessKey: createAccessKey,
  ListAccessKeys: listAccessKeys,
  UpdateAccessKey: updateAccessKey,
  DeleteAccessKey: deleteAccessKey,
  GetAccessKeyLastUsed: getAccessKeyLastUsed,
};
