/**
 * Private keys in PuTTY's form, version 2 and without a passphrase, as AWS hands them out.
 * https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html
 */
import { createHash, createHmac, type KeyObject } from "node:crypto";
import { field, mpint } from "./ssh-fields.ts";

export function ppkOf(
  algorithm: "ssh-rsa" | "ssh-ed25519",
  publicBlob: Uint8Array,
  privateKey: KeyObject,
  comment: string,
): string {
  const secret = privateBlob(algorithm, privateKey);
  const signed = Buffer.concat(
    [algorithm, "none", comment, publicBlob, secret].map((part) => field(part)),
  );
  const key = createHash("sha1").update("putty-private-key-file-mac-key").digest();
  return [
    `PuTTY-User-Key-File-2: ${algorithm}`,
    "Encryption: none",
    `Comment: ${comment}`,
    ...counted("Public", publicBlob),
    ...counted("Private", secret),
    `Private-MAC: ${createHmac("sha1", key).update(signed).digest("hex")}`,
  ].join("\r\n");
}

function counted(name: string, blob: Uint8Array): string[] {
  const lines = Buffer.from(blob)
    .toString("base64")
    .match(/.{1,64}/g)!;
  return [`${name}-Lines: ${lines.length}`, ...lines];
}

/** RSA's private exponent, primes and coefficient; Ed25519's seed. */
function privateBlob(algorithm: string, privateKey: KeyObject): Buffer {
  const { d, p, q, qi } = privateKey.export({ format: "jwk" });
  const bytes = (value: string | undefined) => Buffer.from(value!, "base64url");
  if (algorithm === "ssh-ed25519") return field(bytes(d));
  return Buffer.concat([d, p, q, qi].map((value) => mpint(bytes(value))));
}
