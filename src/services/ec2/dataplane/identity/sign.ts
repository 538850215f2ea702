/**
 * Signs instance identity documents, with a certificate of Fogbank's own in the place of AWS's.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html
 */
import { generateKeyPair, sign, X509Certificate } from "node:crypto";
import { promisify } from "node:util";
import { isoSeconds } from "#runtime/date.ts";
import type { Random } from "#runtime/random.ts";
import {
  bits,
  generalizedTime,
  integer,
  nothing,
  octets,
  oid,
  sequence,
  set,
  tagged,
  utf8,
} from "./der.ts";

export interface Signer {
  certificatePem: string;
  privateKeyPem: string;
}

const names = {
  commonName: "2.5.4.3",
  rsa: "1.2.840.113549.1.1.1",
  sha256WithRsa: "1.2.840.113549.1.1.11",
  sha256: "2.16.840.1.101.3.4.2.1",
  data: "1.2.840.113549.1.7.1",
  signedData: "1.2.840.113549.1.7.2",
} as const;

const algorithm = (name: string) => sequence(oid(name), nothing());
const generate = promisify(generateKeyPair);

const lifeMs = 20 * 365 * 86_400_000;

/** A key of 2048 bits and a certificate that it signed itself. */
export async function createSigner(random: Random, region: string, nowMs: number): Promise<Signer> {
  const { publicKey, privateKey } = await generate("rsa", { modulusLength: 2048 });
  const serial = integer(Buffer.concat([Uint8Array.of(0x2f), random.bytes(15)]));
  const name = sequence(set(sequence(oid(names.commonName), utf8(`Fogbank EC2 ${region}`))));
  const body = sequence(
    tagged(0, integer(Uint8Array.of(2))),
    serial,
    algorithm(names.sha256WithRsa),
    name,
    sequence(
      generalizedTime(isoSeconds(nowMs - 86_400_000)),
      generalizedTime(isoSeconds(nowMs + lifeMs)),
    ),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const certificate = sequence(
    body,
    algorithm(names.sha256WithRsa),
    bits(sign("sha256", body, privateKey)),
  );
  return {
    certificatePem: pem("CERTIFICATE", certificate),
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }),
  };
}

function pem(kind: string, bytes: Uint8Array): string {
  return `-----BEGIN ${kind}-----\n${lines(bytes)}\n-----END ${kind}-----\n`;
}

const lines = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString("base64")
    .match(/.{1,64}/g)!
    .join("\n");

/** What `dynamic/instance-identity/signature` says: RSA over SHA-256, as base64 in lines. */
export function signatureOf(document: string, { privateKeyPem }: Signer): string {
  return lines(sign("sha256", Buffer.from(document), privateKeyPem));
}

/** What `pkcs7` and `rsa2048` say: the document and its signature in one message, without its frame. https://www.rfc-editor.org/rfc/rfc2315 */
export function signedMessage(document: string, signer: Signer): string {
  const content = Buffer.from(document);
  const certificate = new X509Certificate(signer.certificatePem);
  const { issuer, serial } = issuerAndSerial(certificate.raw);
  const signature = sign("sha256", content, signer.privateKeyPem);
  const signedData = sequence(
    integer(Uint8Array.of(1)),
    set(algorithm(names.sha256)),
    sequence(oid(names.data), tagged(0, octets(content))),
    tagged(0, certificate.raw),
    set(
      sequence(
        integer(Uint8Array.of(1)),
        sequence(issuer, serial),
        algorithm(names.sha256),
        algorithm(names.rsa),
        octets(signature),
      ),
    ),
  );
  return lines(sequence(oid(names.signedData), tagged(0, signedData)));
}

/** Both in their encoded form, as the certificate has them: the second and the fourth of its body. */
function issuerAndSerial(certificate: Uint8Array): { issuer: Uint8Array; serial: Uint8Array } {
  const [body] = children(certificate);
  const [, serial, , issuer] = children(body!);
  return { issuer: issuer!, serial: serial! };
}

/** The encoded elements that a sequence holds. */
function children(element: Uint8Array): Uint8Array[] {
  const { start, end } = extent(element, 0);
  const found: Uint8Array[] = [];
  for (let at = start; at < end;) {
    const next = extent(element, at).end;
    found.push(element.subarray(at, next));
    at = next;
  }
  return found;
}

function extent(bytes: Uint8Array, at: number): { start: number; end: number } {
  const first = bytes[at + 1]!;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const count = first & 0x7f;
  let length = 0;
  for (let index = 0; index < count; index++) length = length * 256 + bytes[at + 2 + index]!;
  return { start: at + 2 + count, end: at + 2 + count + length };
}
