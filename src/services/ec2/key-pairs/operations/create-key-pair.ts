import type { Ec2Operation } from "../../context.ts";
import { newId } from "../../ids.ts";
import { shownTags, tagsFor } from "../../tags.ts";
import { keyPairDuplicate, keyPairs } from "../records.ts";
import { createKey } from "../ssh-key.ts";

export const createKeyPair: Ec2Operation<"CreateKeyPair"> = async (input, context) => {
  const keyName = input.KeyName!;
  const keyType = input.KeyType ?? "rsa";
  const tags = tagsFor("key-pair", input.TagSpecifications, context.principal);
  const key = await createKey(keyType, context.random, input.KeyFormat ?? "pem", keyName);
  const keyPairId = newId(context.random, "key");
  await context.store.transaction(async (tx) => {
    if (await keyPairs.get(tx, context, keyName)) throw keyPairDuplicate(keyName);
    keyPairs.put(tx, context, [keyName], {
      keyName,
      keyPairId,
      keyType,
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
    KeyMaterial: key.privateKeyText,
    Tags: shownTags(tags),
  };
};
