/** Grants are kept and shown; nobody needs one yet. https://docs.aws.amazon.com/kms/latest/developerguide/grants.html */
import type { GrantListEntry } from "@aws-sdk/client-kms";
import { dateOf } from "#runtime/date.ts";
import { paginate } from "#services/kit/pagination.ts";
import type { KmsContext, KmsOperation, KmsOperations } from "../context.ts";
import {
  dryRun,
  invalidGrantId,
  invalidGrantToken,
  invalidMarker,
  pendingDeletion,
  validationException,
} from "../errors.ts";
import { findKey } from "../find.ts";
import { limits } from "../limits.ts";
import { grants, type GrantRecord } from "../records.ts";

const createGrant: KmsOperation<"CreateGrant"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const key = await findKey(tx, context, input.KeyId!, { aliasAllowed: false });
    if (key.deletionMs !== undefined) throw pendingDeletion(key.arn);
    if (input.DryRun) throw dryRun();
    const present = await grants.list(tx, context, [key.keyId]);
    // The same grant of the same name is made once.
    const same = present.find(
      (grant) =>
        input.Name !== undefined &&
        grant.name === input.Name &&
        grant.granteePrincipal === input.GranteePrincipal &&
        grant.operations.join() === input.Operations!.join(),
    );
    const { Constraints } = input;
    const grant: GrantRecord = same ?? {
      grantId: context.random.hex(64),
      keyId: key.keyId,
      ...(input.Name !== undefined && { name: input.Name }),
      granteePrincipal: input.GranteePrincipal!,
      ...(input.RetiringPrincipal !== undefined && { retiringPrincipal: input.RetiringPrincipal }),
      operations: [...input.Operations!],
      ...(Constraints && {
        constraints: {
          ...(Constraints.EncryptionContextSubset && {
            EncryptionContextSubset: Constraints.EncryptionContextSubset,
          }),
          ...(Constraints.EncryptionContextEquals && {
            EncryptionContextEquals: Constraints.EncryptionContextEquals,
          }),
        },
      }),
      issuingAccount: `arn:aws:iam::${context.account}:root`,
      createdMs: context.clock.now(),
      token: Buffer.from(context.random.bytes(96)).toString("base64"),
    };
    grants.put(tx, context, [key.keyId, grant.grantId], grant);
    return { GrantToken: grant.token, GrantId: grant.grantId };
  });

function page(
  context: KmsContext,
  found: readonly GrantRecord[],
  { Limit, Marker }: { Limit?: number | undefined; Marker?: string | undefined },
) {
  const { items, nextToken } = paginate(found, {
    limit: Limit ?? limits.listPage,
    token: Marker,
    keyOf: ({ keyId, grantId }) => `${keyId}/${grantId}`,
    invalidToken: invalidMarker,
  });
  return {
    Grants: items.map((grant): GrantListEntry => ({
      KeyId: `arn:aws:kms:${context.region}:${context.account}:key/${grant.keyId}`,
      GrantId: grant.grantId,
      Name: grant.name ?? "",
      CreationDate: dateOf(grant.createdMs),
      GranteePrincipal: grant.granteePrincipal,
      ...(grant.retiringPrincipal !== undefined && { RetiringPrincipal: grant.retiringPrincipal }),
      IssuingAccount: grant.issuingAccount,
      Operations: grant.operations as NonNullable<GrantListEntry["Operations"]>,
      ...(grant.constraints && { Constraints: grant.constraints }),
    })),
    Truncated: nextToken !== undefined,
    ...(nextToken !== undefined && { NextMarker: nextToken }),
  };
}

const listGrants: KmsOperation<"ListGrants"> = async (input, context) => {
  const found = await context.store.transaction(async (tx) => {
    const key = await findKey(tx, context, input.KeyId!, { aliasAllowed: false });
    return grants.list(tx, context, [key.keyId]);
  });
  const { GrantId, GranteePrincipal } = input;
  const wanted = found.filter(
    (grant) =>
      (GrantId === undefined || grant.grantId === GrantId) &&
      (GranteePrincipal === undefined || grant.granteePrincipal === GranteePrincipal),
  );
  if (GrantId !== undefined && wanted.length === 0) throw invalidGrantId();
  return page(context, wanted, input);
};

const listRetirableGrants: KmsOperation<"ListRetirableGrants"> = async (input, context) => {
  const found = await context.store.transaction((tx) => grants.list(tx, context));
  const wanted = found.filter((grant) => grant.retiringPrincipal === input.RetiringPrincipal);
  return page(context, wanted, input);
};

const revokeGrant: KmsOperation<"RevokeGrant"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const key = await findKey(tx, context, input.KeyId!, { aliasAllowed: false });
    if (!(await grants.get(tx, context, key.keyId, input.GrantId!))) throw invalidGrantId();
    if (input.DryRun) throw dryRun();
    grants.delete(tx, context, key.keyId, input.GrantId!);
    return {};
  });

const retireGrant: KmsOperation<"RetireGrant"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const { GrantToken, KeyId, GrantId } = input;
    if (GrantToken === undefined && (KeyId === undefined || GrantId === undefined))
      throw validationException("Give a GrantToken, or a KeyId and a GrantId.");
    const found = (await grants.list(tx, context)).find((grant) =>
      GrantToken === undefined ? grant.grantId === GrantId : grant.token === GrantToken,
    );
    if (!found) throw GrantToken === undefined ? invalidGrantId() : invalidGrantToken();
    if (input.DryRun) throw dryRun();
    grants.delete(tx, context, found.keyId, found.grantId);
    return {};
  });

export const grantOperations: KmsOperations = {
  CreateGrant: createGrant,
  ListGrants: listGrants,
  ListRetirableGrants: listRetirableGrants,
  RevokeGrant: revokeGrant,
  RetireGrant: retireGrant,
};
