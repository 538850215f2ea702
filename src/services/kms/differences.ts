import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "*",
    differs: "Key policies and grants are kept and shown; they refuse nobody yet.",
  },
  {
    operation: "CreateKey",
    differs:
      "Keys of the origins AWS_CLOUDHSM and EXTERNAL_KEY_STORE, in custom key stores, and of the specs SM2, ML_DSA and ML_KEM, are refused.",
  },
  {
    operation: "ImportKeyMaterial",
    differs: "A key has one imported material: on-demand rotation of imported keys is refused.",
  },
  {
    operation: "Sign",
    differs: "ED25519_PH_SHA_512 and MessageType EXTERNAL_MU are refused.",
  },
  { operation: "Decrypt", differs: "Recipients (Nitro enclaves) are refused." },
  { operation: "Decrypt", differs: "DryRunModifiers is refused: no ciphertext is ignored." },
  { operation: "ReEncrypt", differs: "DryRunModifiers is refused: no ciphertext is ignored." },
];
