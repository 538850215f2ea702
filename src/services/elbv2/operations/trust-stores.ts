import type { TrustStore } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Operation } from "#services/kit/service.ts";
import { newId, trustStoreArn } from "../arns.ts";
import {
  duplicateTrustStore,
  tooManyTrustStores,
  trustStoreInUse,
  trustStoresNotFound,
  validationError,
} from "../errors.ts";
import { limits } from "../limits.ts";
import { pageOf } from "../paging.ts";
import { trustStores, type TrustStoreRecord } from "../records.ts";
import type { State } from "../state.ts";
import { readTags } from "../tagging.ts";
import { findTrustStore, listenersOf, readBundle } from "../trust-stores.ts";

function trustStoreShape(record: TrustStoreRecord): TrustStore {
  return {
    Name: record.name,
    TrustStoreArn: record.arn,
    Status: "ACTIVE",
    NumberOfCaCertificates: record.certificateCount,
    TotalRevokedEntries: record.revocations.reduce((sum, { entries }) => sum + entries, 0),
  };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTrustStore.html */
export const createTrustStore: Operation<"elbv2", "CreateTrustStore", State> = async (
  input,
  context,
) => {
  const name = input.Name ?? "";
  if (!/^(?!-)[A-Za-z0-9-]{1,32}(?<!-)$/.test(name))
    throw validationError(`Trust store name '${name}' is not valid`);
  const tags = readTags(input.Tags, context.principal);
  const bundle = await readBundle(context, context, {
    bucket: input.CaCertificatesBundleS3Bucket,
    key: input.CaCertificatesBundleS3Key,
    version: input.CaCertificatesBundleS3ObjectVersion,
  });
  const record = await context.store.transaction(async (tx) => {
    const all = await trustStores.list(tx, context);
    if (all.some((other) => other.name === name)) throw duplicateTrustStore(name);
    if (all.length >= limits.trustStoresPerRegion) throw tooManyTrustStores();
    const created: TrustStoreRecord = {
      arn: trustStoreArn(context, name, newId(context.random)),
      name,
      ...bundle,
      nextRevocationId: 1,
      revocations: [],
      tags,
    };
    trustStores.put(tx, context, [name], created);
    return created;
  });
  return { TrustStores: [trustStoreShape(record)] };
};

export const modifyTrustStore: Operation<"elbv2", "ModifyTrustStore", State> = async (
  input,
  context,
) => {
  await context.store.transaction((tx) => findTrustStore(tx, context, input.TrustStoreArn));
  const bundle = await readBundle(context, context, {
    bucket: input.CaCertificatesBundleS3Bucket,
    key: input.CaCertificatesBundleS3Key,
    version: input.CaCertificatesBundleS3ObjectVersion,
  });
  const record = await context.store.transaction(async (tx) => {
    const present = await findTrustStore(tx, context, input.TrustStoreArn);
    const changed = { ...present, ...bundle };
    trustStores.put(tx, context, [present.name], changed);
    return changed;
  });
  return { TrustStores: [trustStoreShape(record)] };
};

export const deleteTrustStore: Operation<"elbv2", "DeleteTrustStore", State> = async (
  { TrustStoreArn },
  context,
) => {
  await context.store.transaction(async (tx) => {
    const { name, arn } = await findTrustStore(tx, context, TrustStoreArn);
    if ((await listenersOf(tx, context, arn)).length > 0) throw trustStoreInUse(arn);
    trustStores.delete(tx, context, name);
  });
  return {};
};

export const describeTrustStores: Operation<"elbv2", "DescribeTrustStores", State> = async (
  input,
  context,
) => {
  const { TrustStoreArns, Names } = input;
  if (TrustStoreArns?.length && Names?.length)
    throw validationError("Names and trust store ARNs cannot be specified at the same time");
  const all = await context.store.transaction((tx) => trustStores.list(tx, context));
  const found = all.filter(
    ({ arn, name }) =>
      (!TrustStoreArns?.length || TrustStoreArns.includes(arn)) &&
      (!Names?.length || Names.includes(name)),
  );
  if (found.length < new Set([...(TrustStoreArns ?? []), ...(Names ?? [])]).size)
    throw trustStoresNotFound();
  const { items, NextMarker } = pageOf(found, input, ({ name }) => name);
  return { TrustStores: items.map(trustStoreShape), NextMarker };
};

export const describeTrustStoreAssociations: Operation<
  "elbv2",
  "DescribeTrustStoreAssociations",
  State
> = async (input, context) => {
  const found = await context.store.transaction(async (tx) => {
    const { arn } = await findTrustStore(tx, context, input.TrustStoreArn);
    return listenersOf(tx, context, arn);
  });
  const { items, NextMarker } = pageOf(found, input, ({ arn }) => arn);
  return { TrustStoreAssociations: items.map(({ arn }) => ({ ResourceArn: arn })), NextMarker };
};
