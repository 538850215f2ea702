/** https://docs.aws.amazon.com/kms/latest/developerguide/data-keys.html */
import type { Input } from "#model/sdk.ts";
import type { KmsContext, KmsOperation, KmsOperations } from "../context.ts";
import { dryRun, unsupported, validationException } from "../errors.ts";
import { checkAlgorithm, encryptWith } from "../encryption.ts";
import { findUsable } from "../find.ts";
import { keySpecs, specOf, type KeySpecName } from "../key-specs.ts";
import { makePair } from "../material.ts";

async function sealed(
  context: KmsContext,
  input: Pick<Input<"kms", "GenerateDataKey">, "KeyId" | "EncryptionContext" | "DryRun">,
  bytes: Uint8Array,
) {
  return context.store.transaction(async (tx) => {
    const key = await findUsable(tx, context, input.KeyId!, "ENCRYPT_DECRYPT");
    const algorithm = checkAlgorithm(key, "SYMMETRIC_DEFAULT");
    if (input.DryRun) throw dryRun();
    const { random } = context;
    return {
      keyId: key.arn,
      blob: encryptWith(key, random, bytes, algorithm, input.EncryptionContext),
    };
  });
}

function lengthOf({
  KeySpec,
  NumberOfBytes,
}: Pick<Input<"kms", "GenerateDataKey">, "KeySpec" | "NumberOfBytes">): number {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined))
    throw validationException("Please specify either number of bytes or key spec.");
  return NumberOfBytes ?? (KeySpec === "AES_128" ? 16 : 32);
}

const generateDataKey: KmsOperation<"GenerateDataKey"> = async (input, context) => {
  if (input.Recipient) throw unsupported("Fogbank has no Nitro enclaves: Recipient is refused.");
  const bytes = context.random.bytes(lengthOf(input));
  const { keyId, blob } = await sealed(context, input, bytes);
  return { KeyId: keyId, Plaintext: bytes, CiphertextBlob: blob };
};

const generateDataKeyWithoutPlaintext: KmsOperation<"GenerateDataKeyWithoutPlaintext"> = async (
  input,
  context,
) => {
  const asked = input.KeySpec ?? input.NumberOfBytes;
  const length = asked === undefined ? 32 : lengthOf(input);
  const { keyId, blob } = await sealed(context, input, context.random.bytes(length));
  return { KeyId: keyId, CiphertextBlob: blob };
};

async function pairFor(name: string | undefined) {
  if (!name || !(name in keySpecs)) throw unsupported(`Fogbank makes no pairs of spec ${name}.`);
  const spec = specOf(name as KeySpecName);
  if (spec.family !== "rsa" && spec.family !== "elliptic")
    throw validationException(`${name} is no spec of a key pair`);
  return makePair(spec.family, spec);
}

const generateDataKeyPair: KmsOperation<"GenerateDataKeyPair"> = async (input, context) => {
  if (input.Recipient) throw unsupported("Fogbank has no Nitro enclaves: Recipient is refused.");
  const { privateKey, publicKey } = await pairFor(input.KeyPairSpec);
  const { keyId, blob } = await sealed(context, input, privateKey);
  return {
    KeyId: keyId,
    KeyPairSpec: input.KeyPairSpec,
    PublicKey: publicKey,
    PrivateKeyPlaintext: privateKey,
    PrivateKeyCiphertextBlob: blob,
  };
};

const generateDataKeyPairWithoutPlaintext: KmsOperation<
  "GenerateDataKeyPairWithoutPlaintext"
> = async (input, context) => {
  const { privateKey, publicKey } = await pairFor(input.KeyPairSpec);
  const { keyId, blob } = await sealed(context, input, privateKey);
  return {
    KeyId: keyId,
    KeyPairSpec: input.KeyPairSpec,
    PublicKey: publicKey,
    PrivateKeyCiphertextBlob: blob,
  };
};

const generateRandom: KmsOperation<"GenerateRandom"> = async (input, context) => {
  if (input.CustomKeyStoreId !== undefined || input.Recipient)
    throw unsupported("Fogbank has no custom key stores and no Nitro enclaves.");
  if (input.NumberOfBytes === undefined) throw validationException("NumberOfBytes is required.");
  return { Plaintext: context.random.bytes(input.NumberOfBytes) };
};

export const dataKeyOperations: KmsOperations = {
  GenerateDataKey: generateDataKey,
  GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  GenerateDataKeyPair: generateDataKeyPair,
  GenerateDataKeyPairWithoutPlaintext: generateDataKeyPairWithoutPlaintext,
  GenerateRandom: generateRandom,
};
