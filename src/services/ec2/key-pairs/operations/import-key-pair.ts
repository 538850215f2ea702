import { tagsToList } from "#services/kit/tags.ts";
import type { Ec2Operation } from "../../context.ts";
import { newId } from "../../ids.ts";
import { tagsFor } from "../../tags.ts";
import { keyPairDuplicate, keyPairs } from "../records.ts";
import { importKey } from "../ssh-key.ts";

export const importKeyPair: Ec2Operation<"ImportKeyPair"> = async (input, context) => {
  const keyName = input.KeyName!;
  const tags = tagsFor("key-pair", input.TagSpecifications, context.principal);
  const key = importKey(input.PublicKeyMaterial as Uint8Array);
  const keyPairId = newId(context.random, "key");
  await context.store.transaction(async (tx) => {
    if (await keyPairs.get(tx, context, keyName)) throw keyPairDuplicate(keyName);
    keyPairs.put(tx, context, [keyName], {
      keyName,
      keyPairId,
      keyType: key.type,
      fingerprint: key.fingerprint,
      publicKey: `${key.publicKey} ${keyName}`,
      createdMs: context.clock.now(),
      tags,
    });
  });
  return {
    KeyName: keyName,
    KeyPairId: keyPairId,
    KeyFingerprint: key.fingerprint,
    Tags: tagsToList(tags),
  };
};
