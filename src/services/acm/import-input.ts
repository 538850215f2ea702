/** A certificate that a caller brings: parsed and checked as ACM checks it. */
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { validationError } from "./errors.ts";
import {
  keyAlgorithmOf,
  readCertificate,
  type CertificateFacts,
} from "./authority/read-certificate.ts";
import { limits } from "./limits.ts";
import type { CertificateMaterial } from "./records.ts";

const block = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

export interface Imported {
  material: CertificateMaterial;
  facts: CertificateFacts & { keyAlgorithm: string };
}

/** https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html */
export function readImport(
  input: {
    Certificate: Uint8Array;
    PrivateKey: Uint8Array;
    CertificateChain?: Uint8Array | undefined;
  },
  nowMs: number,
): Imported {
  const pem = textOf(input.Certificate);
  const certificates = parseAll(pem);
  if (certificates.length > 1)
    throw validationError(
      "The certificate field contains more than one certificate. You can specify only one certificate in this field.",
    );
  const certificate = certificates[0]!;
  const chainPem = input.CertificateChain && textOf(input.CertificateChain);
  const chain = chainPem === undefined ? [] : parseAll(chainPem);
  if (input.PrivateKey.length > limits.privateKeyBytes)
    throw validationError("The private key can have at most 5120 bytes.");
  const key = readKey(textOf(input.PrivateKey));
  const facts = readCertificate(pem);
  if (!facts.hasIssuer) throw validationError("The Issuer field of the certificate is empty.");
  const keyAlgorithm = keyAlgorithmOf(key);
  if (keyAlgorithm === undefined)
    throw validationError("The private key length is not supported for key algorithm.");
  if (!certificate.checkPrivateKey(key))
    throw validationError("The private key does not match the certificate.");
  if (facts.notBeforeMs > nowMs) throw validationError("The certificate is not valid yet.");
  if (facts.notAfterMs <= nowMs) throw validationError("The certificate has expired.");
  let below = certificate;
  for (const above of chain) {
    if (!below.checkIssued(above) || !below.verify(above.publicKey))
      throw validationError("Could not validate the certificate with the certificate chain.");
    below = above;
  }
  const material = {
    certificate: pem,
    chain: chainPem,
    key: key.export({ type: "pkcs8", format: "pem" }),
  };
  return { material, facts: { ...facts, keyAlgorithm } };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

function parseAll(pem: string): X509Certificate[] {
  const blocks = pem.match(block);
  if (!blocks)
    throw validationError("The certificate body/chain provided is not in a valid PEM format.");
  try {
    return blocks.map((one) => new X509Certificate(one));
  } catch {
    throw validationError(
      "Unable to parse certificate. Please ensure the certificate is in PEM format.",
    );
  }
}

function readKey(pem: string): KeyObject {
  if (pem.includes("ENCRYPTED"))
    throw validationError(
      "The private key is encrypted. Specify a private key without a passphrase.",
    );
  try {
    return createPrivateKey(pem);
  } catch {
    throw validationError("The private key is not supported.");
  }
}

/**
 * What a certificate that takes another's place must have of it. ClientAuth may go.
 * https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html
 */
export function checkReimport(before: CertificateFacts, after: Imported["facts"]): void {
  if (before.keyAlgorithm !== after.keyAlgorithm)
    throw validationError("The key algorithm of a certificate cannot change on re-import.");
  if (before.names.length > 0 && after.names.length === 0)
    throw validationError("The new certificate has no domain names.");
  const used = new Set(after.keyUsages);
  if (before.keyUsages.some((usage) => usage !== "ANY" && !used.has(usage)))
    throw validationError(
      "New certificate is missing one or more Key Usages supported by the currently imported certificate",
    );
  const extended = new Set(after.extendedKeyUsages.map(({ OID }) => OID));
  const kept = before.extendedKeyUsages.filter(
    ({ Name }) => Name !== "NONE" && Name !== "TLS_WEB_CLIENT_AUTHENTICATION",
  );
  if (kept.some(({ OID }) => !extended.has(OID)))
    throw validationError(
      "New certificate is missing one or more Extended Key Usages supported by the currently imported certificate",
    );
}
