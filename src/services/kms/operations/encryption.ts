/** Encrypt, Decrypt and ReEncrypt. */
import type { KmsOperation, KmsOperations } from "../context.ts";
import { dryRun, unsupported, validationException } from "../errors.ts";
import { checkAlgorithm, decryptWith, encryptWith } from "../encryption.ts";
import { findUsable } from "../find.ts";

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html */
const encrypt: KmsOperation<"Encrypt"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const key = await findUsable(tx, context, input.KeyId!, "ENCRYPT_DECRYPT");
    const algorithm = checkAlgorithm(key, input.EncryptionAlgorithm ?? "SYMMETRIC_DEFAULT");
    if (input.DryRun) throw dryRun();
    return {
      CiphertextBlob: encryptWith(
        key,
        context.random,
        input.Plaintext!,
        algorithm,
        input.EncryptionContext,
      ),
      KeyId: key.arn,
      EncryptionAlgorithm: algorithm,
    };
  });

const ignoringCiphertext = "Fogbank's dry runs ignore no ciphertext: DryRunModifiers is refused.";

/** The model leaves it open, for dry runs that ask for a key's permissions alone; those are not done here. */
function demanded(ciphertext: Uint8Array | undefined): Uint8Array {
  if (ciphertext) return ciphertext;
  throw validationException(
    "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null",
  );
}

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html */
const decrypt: KmsOperation<"Decrypt"> = (input, context) => {
  if (input.Recipient) throw unsupported("Fogbank has no Nitro enclaves: Recipient is refused.");
  if (input.DryRunModifiers) throw unsupported(ignoringCiphertext);
  return context.store.transaction(async (tx) => {
    const { key, plaintext, algorithm } = await decryptWith(tx, context, {
      ...input,
      CiphertextBlob: demanded(input.CiphertextBlob),
    });
    if (input.DryRun) throw dryRun();
    return { KeyId: key.arn, Plaintext: plaintext, EncryptionAlgorithm: algorithm };
  });
};

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html */
const reEncrypt: KmsOperation<"ReEncrypt"> = (input, context) => {
  if (input.DryRunModifiers) throw unsupported(ignoringCiphertext);
  return context.store.transaction(async (tx) => {
    const source = await decryptWith(tx, context, {
      CiphertextBlob: demanded(input.CiphertextBlob),
      KeyId: input.SourceKeyId,
      EncryptionAlgorithm: input.SourceEncryptionAlgorithm,
      EncryptionContext: input.SourceEncryptionContext,
    });
    const key = await findUsable(tx, context, input.DestinationKeyId!, "ENCRYPT_DECRYPT");
    const algorithm = checkAlgorithm(
      key,
      input.DestinationEncryptionAlgorithm ?? "SYMMETRIC_DEFAULT",
    );
    if (input.DryRun) throw dryRun();
    return {
      CiphertextBlob: encryptWith(
        key,
        context.random,
        source.plaintext,
        algorithm,
        input.DestinationEncryptionContext,
      ),
      SourceKeyId: source.key.arn,
      KeyId: key.arn,
      SourceEncryptionAlgorithm: source.algorithm,
      DestinationEncryptionAlgorithm: algorithm,
    };
  });
};

export const encryptionOperations: KmsOperations = {
  Encrypt: encrypt,
  Decrypt: decrypt,
  ReEncrypt: reEncrypt,
};
