/** https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html */
import { dateOf } from "#runtime/date.ts";
import { paginate } from "#services/kit/pagination.ts";
import type { Transaction } from "#store/store.ts";
import type { KmsContext, KmsOperation, KmsOperations } from "../context.ts";
import {
  alreadyExists,
  invalidMarker,
  notAuthorized,
  notFound,
  pendingDeletion,
  validationException,
} from "../errors.ts";
import { aliasArn, findKey, managedServices } from "../find.ts";
import { limits } from "../limits.ts";
import { aliases, type AliasRecord, type KeyRecord } from "../records.ts";

function checkName(name: string): void {
  if (!name.startsWith("alias/"))
    throw validationException(
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  if (name.startsWith("alias/aws/")) throw notAuthorized();
  if (!/^alias\/[\w/-]+$/.test(name))
    throw validationException(`${name} contains invalid characters for an alias`);
}

async function target(tx: Transaction, context: KmsContext, name: string): Promise<KeyRecord> {
  if (name.includes("alias/")) throw validationException("Aliases must refer to keys. Not aliases");
  const key = await findKey(tx, context, name);
  if (key.deletionMs !== undefined) throw pendingDeletion(key.arn);
  return key;
}

const createAlias: KmsOperation<"CreateAlias"> = async (input, context) => {
  const aliasName = input.AliasName!;
  checkName(aliasName);
  await context.store.transaction(async (tx) => {
    const key = await target(tx, context, input.TargetKeyId!);
    if (await aliases.get(tx, context, aliasName))
      throw alreadyExists(`An alias with the name ${aliasArn(context, aliasName)} already exists`);
    const nowMs = context.clock.now();
    aliases.put(tx, context, [aliasName], {
      aliasName,
      keyId: key.keyId,
      createdMs: nowMs,
      updatedMs: nowMs,
    });
  });
  return {};
};

const updateAlias: KmsOperation<"UpdateAlias"> = async (input, context) => {
  const aliasName = input.AliasName!;
  checkName(aliasName);
  await context.store.transaction(async (tx) => {
    const key = await target(tx, context, input.TargetKeyId!);
    const alias = await aliases.get(tx, context, aliasName);
    if (!alias) throw notFound(`Alias ${aliasArn(context, aliasName)} is not found.`);
    const former = await findKey(tx, context, alias.keyId);
    if (former.usage !== key.usage)
      throw validationException(
        `Alias ${aliasName} cannot be changed from a key of usage ${former.usage} to one of usage ${key.usage}`,
      );
    aliases.put(tx, context, [aliasName], {
      ...alias,
      keyId: key.keyId,
      updatedMs: context.clock.now(),
    });
  });
  return {};
};

const deleteAlias: KmsOperation<"DeleteAlias"> = async (input, context) => {
  const aliasName = input.AliasName!;
  checkName(aliasName);
  await context.store.transaction(async (tx) => {
    if (!(await aliases.get(tx, context, aliasName)))
      throw notFound(`Alias ${aliasArn(context, aliasName)} is not found.`);
    aliases.delete(tx, context, aliasName);
  });
  return {};
};

type Listed = AliasRecord | Pick<AliasRecord, "aliasName">;

/** With the aliases that AWS has predefined and not yet given a key. */
const listAliases: KmsOperation<"ListAliases"> = async (input, context) => {
  const found = await context.store.transaction(async (tx): Promise<Listed[]> => {
    const all = await aliases.list(tx, context);
    if (input.KeyId === undefined) {
      const present = new Set(all.map(({ aliasName }) => aliasName));
      const predefined = managedServices
        .map((service) => `alias/aws/${service}`)
        .filter((aliasName) => !present.has(aliasName));
      return [...all, ...predefined.map((aliasName) => ({ aliasName }))].sort((a, b) =>
        a.aliasName < b.aliasName ? -1 : 1,
      );
    }
    const { keyId } = await findKey(tx, context, input.KeyId, { aliasAllowed: false });
    return all.filter((alias) => alias.keyId === keyId);
  });
  const { items, nextToken } = paginate(found, {
    limit: input.Limit ?? limits.listPage,
    token: input.Marker,
    keyOf: ({ aliasName }) => aliasName,
    invalidToken: invalidMarker,
  });
  return {
    Aliases: items.map((alias) => ({
      AliasName: alias.aliasName,
      AliasArn: aliasArn(context, alias.aliasName),
      ...("keyId" in alias && {
        TargetKeyId: alias.keyId,
        CreationDate: dateOf(alias.createdMs),
        LastUpdatedDate: dateOf(alias.updatedMs),
      }),
    })),
    Truncated: nextToken !== undefined,
    ...(nextToken !== undefined && { NextMarker: nextToken }),
  };
};

export const aliasOperations: KmsOperations = {
  CreateAlias: createAlias,
  UpdateAlias: updateAlias,
  DeleteAlias: deleteAlias,
  ListAliases: listAliases,
};
