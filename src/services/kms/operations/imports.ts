/** Importing key material. https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html */
import { dateOf } from "#runtime/date.ts";
import type { KmsOperation, KmsOperations } from "../context.ts";
import {
  expiredImportToken,
  incorrectMaterial,
  invalidImportToken,
  pendingDeletion,
  unsupported,
  validationException,
} from "../errors.ts";
import { findKey } from "../find.ts";
import { checkMaterial, fingerprint, unwrap } from "../imported.ts";
import { specOf } from "../key-specs.ts";
import { dayMs } from "../limits.ts";
import { makePair } from "../material.ts";
import { shareWithRelated } from "../multi-region.ts";
import { importTokens, keys, type KeyRecord, type WrappingAlgorithm } from "../records.ts";

const algorithms: readonly string[] = [
  "RSAES_OAEP_SHA_1",
  "RSAES_OAEP_SHA_256",
  "RSA_AES_KEY_WRAP_SHA_1",
  "RSA_AES_KEY_WRAP_SHA_256",
];
const wrappingBits: Readonly<Record<string, number>> = {
  RSA_2048: 2048,
  RSA_3072: 3072,
  RSA_4096: 4096,
};

function checkExternal(key: KeyRecord): void {
  if (key.deletionMs !== undefined) throw pendingDeletion(key.arn);
  if (key.origin !== "EXTERNAL")
    throw unsupported(`${key.arn} origin is AWS_KMS which is not valid for this operation.`);
}

const getParametersForImport: KmsOperation<"GetParametersForImport"> = async (input, context) => {
  const key = await context.store.transaction((tx) =>
    findKey(tx, context, input.KeyId!, { aliasAllowed: false }),
  );
  checkExternal(key);
  const algorithm = input.WrappingAlgorithm!;
  const bits = wrappingBits[input.WrappingKeySpec!];
  if (!algorithms.includes(algorithm) || bits === undefined)
    throw unsupported(
      `Fogbank wraps key material with RSAES_OAEP and RSA_AES_KEY_WRAP under RSA keys, not with ${algorithm} under ${input.WrappingKeySpec}.`,
    );
  if (specOf(key.spec).family === "rsa" && algorithm.startsWith("RSAES_OAEP"))
    throw unsupported(`${algorithm} cannot wrap a key of spec ${key.spec}: it is too long.`);
  const pair = await makePair("rsa", { size: bits });
  const token = Buffer.from(context.random.bytes(128));
  const validToMs = context.clock.now() + dayMs;
  await context.store.transaction((tx) =>
    importTokens.put(tx, context, [key.keyId, token.toString("hex")], {
      privateKey: pair.privateKey,
      algorithm: algorithm as WrappingAlgorithm,
      validToMs,
    }),
  );
  return {
    KeyId: key.arn,
    ImportToken: token,
    PublicKey: pair.publicKey,
    ParametersValidTo: dateOf(validToMs),
  };
};

const importKeyMaterial: KmsOperation<"ImportKeyMaterial"> = (input, context) => {
  const model = input.ExpirationModel ?? "KEY_MATERIAL_EXPIRES";
  const validToMs = input.ValidTo?.getTime();
  const nowMs = context.clock.now();
  if (model === "KEY_MATERIAL_EXPIRES" && (validToMs === undefined || validToMs <= nowMs))
    throw validationException(
      "A validTo date must be set, and in the future, if the ExpirationModel is KEY_MATERIAL_EXPIRES.",
    );
  if (model === "KEY_MATERIAL_DOES_NOT_EXPIRE" && validToMs !== undefined)
    throw validationException(
      "A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE.",
    );
  return context.store.transaction(async (tx) => {
    const key = await findKey(tx, context, input.KeyId!, { aliasAllowed: false });
    checkExternal(key);
    if (input.ImportType === "NEW_KEY_MATERIAL" && key.materialId !== undefined)
      throw unsupported("Fogbank's imported keys have one material: NEW_KEY_MATERIAL is refused.");
    const id = Buffer.from(input.ImportToken!).toString("hex");
    const token = await importTokens.get(tx, context, key.keyId, id);
    if (!token) throw invalidImportToken();
    if (token.validToMs <= nowMs) throw expiredImportToken();
    const material = unwrap(token.privateKey, token.algorithm, input.EncryptedKeyMaterial!);
    checkMaterial(key, material);
    const materialId = fingerprint(key, material);
    // Ciphertexts of the key must go on to open.
    if (key.materialId !== undefined && key.materialId !== materialId) throw incorrectMaterial();
    const { materialExpiresMs: _before, ...kept } = key;
    keys.put(tx, context, [key.keyId], {
      ...kept,
      material: [Uint8Array.from(material)],
      materialId,
      ...(validToMs !== undefined && { materialExpiresMs: validToMs }),
    });
    await shareWithRelated(tx, context, key, { materialId });
    return { KeyId: key.arn, KeyMaterialId: materialId };
  });
};

const deleteImportedKeyMaterial: KmsOperation<"DeleteImportedKeyMaterial"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const key = await findKey(tx, context, input.KeyId!, { aliasAllowed: false });
    checkExternal(key);
    const { materialExpiresMs: _gone, ...kept } = key;
    keys.put(tx, context, [key.keyId], { ...kept, material: [] });
    return { KeyId: key.arn, KeyMaterialId: key.materialId };
  });

export const importOperations: KmsOperations = {
  GetParametersForImport: getParametersForImport,
  ImportKeyMaterial: importKeyMaterial,
  DeleteImportedKeyMaterial: deleteImportedKeyMaterial,
};
