import type { Ec2Operation } from "../../context.ts";
import { invalidParameterValue } from "../../errors.ts";
import { newId } from "../../ids.ts";
import { shownTags, tagsFor } from "../../tags.ts";
import { keyPairDuplicate, keyPairs } from "../records.ts";
import { createKey } from "../ssh-key.ts";

export const createKeyPair: Ec2Operation<"CreateKeyPair"> = async (input, context) => {
  const keyName = input.KeyName!;
  const { KeyType: keyType = "rsa", KeyFormat: keyFormat = "pem" } = input;
  if (keyType !== "rsa" && keyType !== "ed25519") throw invalidValue(keyType, "keyType");
  if (keyFormat !== "pem" && keyFormat !== "ppk") throw invalidValue(keyFormat, "keyFormat");
  const tags = tagsFor("key-pair", input.TagSpecifications, context.principal);
  const key = await createKey(keyType, context.random, keyFormat, keyName);
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

function invalidValue(value: string, parameter: string) {
  return invalidParameterValue(`Value (${value}) for parameter ${parameter} is invalid.`);
}
