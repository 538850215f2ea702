import type { Operation } from "#services/kit/service.ts";
import { revocationIdNotFound, tooManyRevocations } from "../errors.ts";
import { limits } from "../limits.ts";
import { pageOf } from "../paging.ts";
import { trustStores, type TrustStoreRecord } from "../records.ts";
import type { State } from "../state.ts";
import { findTrustStore, readRevocations } from "../trust-stores.ts";

function revocationShape(arn: string, { id, entries }: TrustStoreRecord["revocations"][number]) {
  return {
    TrustStoreArn: arn,
    RevocationId: id,
    RevocationType: "CRL" as const,
    NumberOfRevokedEntries: entries,
  };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTrustStoreRevocations.html */
export const addTrustStoreRevocations: Operation<
  "elbv2",
  "AddTrustStoreRevocations",
  State
> = async ({ TrustStoreArn, RevocationContents }, context) => {
  await context.store.transaction((tx) => findTrustStore(tx, context, TrustStoreArn));
  const lists: { pem: string; entries: number }[] = [];
  for (const { S3Bucket, S3Key, S3ObjectVersion } of RevocationContents ?? [])
    lists.push(
      await readRevocations(context, context, {
        bucket: S3Bucket,
        key: S3Key,
        version: S3ObjectVersion,
      }),
    );
  const added = await context.store.transaction(async (tx) => {
    const present = await findTrustStore(tx, context, TrustStoreArn);
    const fresh = lists.map((list, index) => ({ id: present.nextRevocationId + index, ...list }));
    const revocations = [...present.revocations, ...fresh];
    const total = revocations.reduce((sum, { entries }) => sum + entries, 0);
    if (
      revocations.length > limits.revocationFilesPerTrustStore ||
      total > limits.revocationEntriesPerTrustStore
    )
      throw tooManyRevocations();
    const nextRevocationId = present.nextRevocationId + fresh.length;
    trustStores.put(tx, context, [present.name], { ...present, revocations, nextRevocationId });
    return fresh;
  });
  return { TrustStoreRevocations: added.map((one) => revocationShape(TrustStoreArn!, one)) };
};

export const removeTrustStoreRevocations: Operation<
  "elbv2",
  "RemoveTrustStoreRevocations",
  State
> = async ({ TrustStoreArn, RevocationIds = [] }, context) => {
  await context.store.transaction(async (tx) => {
    const present = await findTrustStore(tx, context, TrustStoreArn);
    requireAll(present, RevocationIds);
    const revocations = present.revocations.filter(({ id }) => !RevocationIds.includes(id));
    trustStores.put(tx, context, [present.name], { ...present, revocations });
  });
  return {};
};

export const describeTrustStoreRevocations: Operation<
  "elbv2",
  "DescribeTrustStoreRevocations",
  State
> = async (input, context) => {
  const { TrustStoreArn, RevocationIds } = input;
  const present = await context.store.transaction((tx) =>
    findTrustStore(tx, context, TrustStoreArn),
  );
  requireAll(present, RevocationIds ?? []);
  const found = present.revocations.filter(
    ({ id }) => !RevocationIds?.length || RevocationIds.includes(id),
  );
  const { items, NextMarker } = pageOf(found, input, ({ id }) => String(id).padStart(9, "0"));
  return {
    TrustStoreRevocations: items.map((one) => revocationShape(present.arn, one)),
    NextMarker,
  };
};

function requireAll({ revocations }: TrustStoreRecord, ids: readonly number[]): void {
  for (const wanted of ids)
    if (!revocations.some(({ id }) => id === wanted)) throw revocationIdNotFound(wanted);
}
