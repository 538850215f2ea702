/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DeriveSharedSecret.html */
import { createPublicKey, diffieHellman, type KeyObject } from "node:crypto";
import type { KmsOperation } from "../context.ts";
import { dryRun, unsupported, validationException } from "../errors.ts";
import { findUsable } from "../find.ts";
import { privateKeyOf } from "../signing.ts";

export const deriveSharedSecret: KmsOperation<"DeriveSharedSecret"> = async (input, context) => {
  if (input.Recipient) throw unsupported("Fogbank has no Nitro enclaves: Recipient is refused.");
  const key = await context.store.transaction((tx) =>
    findUsable(tx, context, input.KeyId!, "KEY_AGREEMENT"),
  );
  const privateKey = privateKeyOf(key.material[0]!);
  let publicKey: KeyObject;
  try {
    publicKey = createPublicKey({
      key: Buffer.from(input.PublicKey!),
      format: "der",
      type: "spki",
    });
  } catch {
    // Node says by an exception that it is no public key.
    throw validationException("PublicKey is not a DER-encoded public key.");
  }
  const curve = privateKey.asymmetricKeyDetails?.namedCurve;
  if (publicKey.asymmetricKeyDetails?.namedCurve !== curve)
    throw validationException(`PublicKey is not on the curve of key spec ${key.spec}.`);
  if (input.DryRun) throw dryRun();
  return {
    KeyId: key.arn,
    SharedSecret: diffieHellman({ privateKey, publicKey }),
    KeyAgreementAlgorithm: "ECDH",
    KeyOrigin: key.origin ?? "AWS_KMS",
  };
};
