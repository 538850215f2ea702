import { dateOf } from "#runtime/date.ts";
import type { Ec2Operation } from "../../context.ts";
import { applyFilters } from "../../filters.ts";
import { keyPairIdNotFound, keyPairNotFound, keyPairs, type KeyPairRecord } from "../records.ts";
import { shownTags } from "../../tags.ts";

const byAge = (a: KeyPairRecord, b: KeyPairRecord) => a.createdMs - b.createdMs;

export const describeKeyPairs: Ec2Operation<"DescribeKeyPairs"> = async (input, context) => {
  const all = await context.store.transaction((tx) => keyPairs.list(tx, context));
  const names = new Set(input.KeyNames);
  const ids = new Set(input.KeyPairIds);
  for (const name of names)
    if (!all.some((pair) => pair.keyName === name)) throw keyPairNotFound(name);
  for (const id of ids) if (!all.some((pair) => pair.keyPairId === id)) throw keyPairIdNotFound(id);
  const wanted = all.filter(
    ({ keyName, keyPairId }) =>
      (names.size === 0 && ids.size === 0) || names.has(keyName) || ids.has(keyPairId),
  );
  const pairs = applyFilters(
    wanted,
    input.Filters,
    {
      "key-pair-id": (pair) => pair.keyPairId,
      fingerprint: (pair) => pair.fingerprint,
      "key-name": (pair) => pair.keyName,
    },
    (pair) => pair.tags,
  );
  return {
    KeyPairs: pairs.toSorted(byAge).map((pair) => ({
      KeyPairId: pair.keyPairId,
      KeyName: pair.keyName,
      KeyType: pair.keyType,
      KeyFingerprint: pair.fingerprint,
      CreateTime: dateOf(pair.createdMs),
      Tags: shownTags(pair.tags),
      ...(input.IncludePublicKey && { PublicKey: pair.publicKey }),
    })),
  };
};
