/** What each kind of key can do. https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html */
import type { KeyUsage } from "./records.ts";

export type EncryptionAlgorithm = "SYMMETRIC_DEFAULT" | "RSAES_OAEP_SHA_1" | "RSAES_OAEP_SHA_256";
export type SigningAlgorithm =
  | `RSASSA_PSS_SHA_${256 | 384 | 512}`
  | `RSASSA_PKCS1_V1_5_SHA_${256 | 384 | 512}`
  | `ECDSA_SHA_${256 | 384 | 512}`
  | "ED25519_SHA_512";
export type MacAlgorithm = `HMAC_SHA_${224 | 256 | 384 | 512}`;

export interface KeySpec {
  family: "symmetric" | "rsa" | "elliptic" | "hmac";
  usages: readonly KeyUsage[];
  /** Bits of an RSA modulus; bytes of an HMAC key. */
  size?: number;
  /** As Node's crypto calls it. */
  curve?: string;
  encryption: readonly EncryptionAlgorithm[];
  signing: readonly SigningAlgorithm[];
  mac?: MacAlgorithm;
}

const rsaSigning = [
  "RSASSA_PKCS1_V1_5_SHA_256",
  "RSASSA_PKCS1_V1_5_SHA_384",
  "RSASSA_PKCS1_V1_5_SHA_512",
  "RSASSA_PSS_SHA_256",
  "RSASSA_PSS_SHA_384",
  "RSASSA_PSS_SHA_512",
] as const;

const rsa = (size: number): KeySpec => ({
  family: "rsa",
  usages: ["ENCRYPT_DECRYPT", "SIGN_VERIFY"],
  size,
  encryption: ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
  signing: rsaSigning,
});
const agreeing: readonly KeyUsage[] = ["SIGN_VERIFY", "KEY_AGREEMENT"];
const elliptic = (
  curve: string,
  signing: SigningAlgorithm,
  usages: readonly KeyUsage[] = ["SIGN_VERIFY"],
): KeySpec => ({
  family: "elliptic",
  usages,
  curve,
  encryption: [],
  signing: [signing],
});
const hmac = (bits: 224 | 256 | 384 | 512): KeySpec => ({
  family: "hmac",
  usages: ["GENERATE_VERIFY_MAC"],
  size: bits / 8,
  encryption: [],
  signing: [],
  mac: `HMAC_SHA_${bits}`,
});

export const keySpecs = {
  SYMMETRIC_DEFAULT: {
    family: "symmetric",
    usages: ["ENCRYPT_DECRYPT"],
    encryption: ["SYMMETRIC_DEFAULT"],
    signing: [],
  },
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  ECC_NIST_P256: elliptic("P-256", "ECDSA_SHA_256", agreeing),
  ECC_NIST_P384: elliptic("P-384", "ECDSA_SHA_384", agreeing),
  ECC_NIST_P521: elliptic("P-521", "ECDSA_SHA_512", agreeing),
  ECC_SECG_P256K1: elliptic("secp256k1", "ECDSA_SHA_256"),
  ECC_NIST_EDWARDS25519: elliptic("ed25519", "ED25519_SHA_512"),
  HMAC_224: hmac(224),
  HMAC_256: hmac(256),
  HMAC_384: hmac(384),
  HMAC_512: hmac(512),
} as const satisfies Record<string, KeySpec>;

export type KeySpecName = keyof typeof keySpecs;

export function specOf(name: KeySpecName): KeySpec {
  return keySpecs[name];
}
