/** Sign, Verify, the public key, and message authentication codes. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { KmsContext, KmsOperation, KmsOperations } from "../context.ts";
import {
  dryRun,
  invalidKeyUsage,
  invalidMac,
  invalidSignature,
  unsupported,
  validationException,
} from "../errors.ts";
import { findKey, findUsable } from "../find.ts";
import { specOf, type SigningAlgorithm } from "../key-specs.ts";
import type { KeyRecord } from "../records.ts";
import { digestBytes, isSignature, makeSignature, publicKeyOf, type Signing } from "../signing.ts";

interface SigningInput {
  KeyId?: string | undefined;
  Message?: Uint8Array | undefined;
  MessageType?: string | undefined;
  SigningAlgorithm?: string | undefined;
}

async function prepare(
  context: KmsContext,
  input: SigningInput,
): Promise<{ key: KeyRecord; signing: Signing }> {
  const key = await context.store.transaction((tx) =>
    findUsable(tx, context, input.KeyId!, "SIGN_VERIFY"),
  );
  const { MessageType = "RAW", Message = new Uint8Array() } = input;
  const algorithm = specOf(key.spec).signing.find((one) => one === input.SigningAlgorithm);
  if (algorithm === undefined)
    throw invalidKeyUsage(
      `Algorithm ${input.SigningAlgorithm} is incompatible with key spec ${key.spec}.`,
    );
  if (
    MessageType === "EXTERNAL_MU" ||
    (MessageType === "DIGEST" && key.spec === "ECC_NIST_EDWARDS25519")
  )
    throw unsupported(`MessageType ${MessageType} is not supported with key spec ${key.spec}.`);
  const isDigest = MessageType === "DIGEST";
  if (isDigest && Message.length !== digestBytes(algorithm))
    throw validationException(`Digest is invalid length for algorithm ${algorithm}.`);
  return {
    key,
    signing: {
      spec: key.spec,
      algorithm,
      privateKey: key.material[0]!,
      message: Message,
      isDigest,
    },
  };
}

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html */
const sign: KmsOperation<"Sign"> = async (input, context) => {
  const { key, signing } = await prepare(context, input);
  if (input.DryRun) throw dryRun();
  return {
    KeyId: key.arn,
    Signature: makeSignature(signing, context.random),
    SigningAlgorithm: signing.algorithm,
  };
};

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Verify.html */
const verify: KmsOperation<"Verify"> = async (input, context) => {
  const { key, signing } = await prepare(context, input);
  if (input.DryRun) throw dryRun();
  if (!isSignature(signing, input.Signature!)) throw invalidSignature();
  return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: signing.algorithm };
};

const getPublicKey: KmsOperation<"GetPublicKey"> = async (input, context) => {
  const key = await context.store.transaction((tx) => findKey(tx, context, input.KeyId!));
  const { family, encryption, signing } = specOf(key.spec);
  if (family !== "rsa" && family !== "elliptic")
    throw unsupported(`${key.arn} key spec is ${key.spec} which is not valid for GetPublicKey.`);
  return {
    KeyId: key.arn,
    PublicKey: publicKeyOf(key.material[0]!),
    CustomerMasterKeySpec: key.spec as "RSA_2048",
    KeySpec: key.spec,
    KeyUsage: key.usage,
    ...(key.usage === "ENCRYPT_DECRYPT" && { EncryptionAlgorithms: [...encryption] }),
    ...(key.usage === "KEY_AGREEMENT" && { KeyAgreementAlgorithms: ["ECDH" as const] }),
    ...(key.usage === "SIGN_VERIFY" && { SigningAlgorithms: [...signing] as SigningAlgorithm[] }),
  };
};

interface MacInput {
  KeyId?: string | undefined;
  Message?: Uint8Array | undefined;
  MacAlgorithm?: string | undefined;
}

async function macOf(context: KmsContext, input: MacInput) {
  const key = await context.store.transaction((tx) =>
    findUsable(tx, context, input.KeyId!, "GENERATE_VERIFY_MAC"),
  );
  const { mac: algorithm } = specOf(key.spec);
  if (algorithm === undefined || algorithm !== input.MacAlgorithm)
    throw invalidKeyUsage(
      `Algorithm ${input.MacAlgorithm} is incompatible with key spec ${key.spec}.`,
    );
  const hashName = algorithm.replace("HMAC_SHA_", "sha");
  const bytes = createHmac(hashName, key.material.at(-1)!).update(input.Message!).digest();
  return { key, algorithm, bytes };
}

const generateMac: KmsOperation<"GenerateMac"> = async (input, context) => {
  const { key, algorithm, bytes } = await macOf(context, input);
  if (input.DryRun) throw dryRun();
  return { KeyId: key.arn, Mac: bytes, MacAlgorithm: algorithm };
};

const verifyMac: KmsOperation<"VerifyMac"> = async (input, context) => {
  const { key, algorithm, bytes } = await macOf(context, input);
  if (input.DryRun) throw dryRun();
  if (input.Mac!.length !== bytes.length || !timingSafeEqual(input.Mac!, bytes)) throw invalidMac();
  return { KeyId: key.arn, MacValid: true, MacAlgorithm: algorithm };
};

export const signingOperations: KmsOperations = {
  Sign: sign,
  Verify: verify,
  GetPublicKey: getPublicKey,
  GenerateMac: generateMac,
  VerifyMac: verifyMac,
};
