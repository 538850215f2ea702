/** Trust stores: what listeners verify clients' certificates with. */
import { X509Certificate } from "node:crypto";
import { AwsError } from "#model/error.ts";
import { BodyTooLargeError, readBody, type ByteStream } from "#http/http.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { readArn } from "./arns.ts";
import {
  bundleNotFound,
  invalidBundle,
  invalidRevocationContent,
  revocationContentNotFound,
  trustStoreNotFound,
} from "./errors.ts";
import { limits } from "./limits.ts";
import { principal } from "./network.ts";
import { listeners, trustStores, type ListenerRecord, type TrustStoreRecord } from "./records.ts";

export async function findTrustStore(
  tx: Transaction,
  scope: Scope,
  arn: string | undefined,
): Promise<TrustStoreRecord> {
  const [name] = readArn("trust store", arn);
  const found = await trustStores.get(tx, scope, name);
  if (found?.arn !== arn) throw trustStoreNotFound(arn!);
  return found!;
}

export async function listenersOf(
  tx: Transaction,
  scope: Scope,
  trustStoreArn: string,
): Promise<ListenerRecord[]> {
  const all = await listeners.list(tx, scope);
  return all.filter(({ tls }) => tls?.mutual?.trustStoreArn === trustStoreArn);
}

export interface ObjectName {
  bucket: string | undefined;
  key: string | undefined;
  version: string | undefined;
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const revocationBlock = /-----BEGIN X509 CRL-----([\s\S]*?)-----END X509 CRL-----/g;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html */
export async function readBundle(
  env: Pick<Environment, "clients">,
  scope: Scope,
  name: ObjectName,
): Promise<Pick<TrustStoreRecord, "bundle" | "certificateCount">> {
  const text = await readObject(env, scope, name);
  if (text === undefined) throw bundleNotFound();
  if (text === tooLarge) throw invalidBundle("The ca certificate bundle is too large");
  const blocks = text.match(certificateBlock) ?? [];
  if (blocks.length === 0) throw invalidBundle("The ca certificate bundle contains no certificate");
  if (blocks.length > limits.certificatesPerTrustStore)
    throw invalidBundle("The ca certificate bundle contains too many certificates");
  const authorities = blocks.map(readAuthority);
  if (authorities.some(({ raw }) => raw.length > limits.authorityBytes))
    throw invalidBundle("The ca certificate bundle contains a certificate that is too large");
  const subjectsLength = authorities.reduce((sum, { subject }) => sum + subject.length, 0);
  if (subjectsLength > limits.authoritySubjectsLength)
    throw invalidBundle("The subjects of the ca certificate bundle are too long");
  return { bundle: `${blocks.join("\n")}\n`, certificateCount: blocks.length };
}

function readAuthority(pem: string): X509Certificate {
  try {
    const read = new X509Certificate(pem);
    if (read.ca) return read;
  } catch {
    // As wrong as one of a client.
  }
  throw invalidBundle("The ca certificate bundle contains an invalid certificate");
}

/** A revocation list in PEM, and how many certificates it names. */
export async function readRevocations(
  env: Pick<Environment, "clients">,
  scope: Scope,
  name: ObjectName,
): Promise<{ pem: string; entries: number }> {
  const text = await readObject(env, scope, name);
  if (text === undefined) throw revocationContentNotFound();
  if (text === tooLarge)
    throw invalidRevocationContent("The provided revocation file is too large");
  const blocks = [...text.matchAll(revocationBlock)];
  if (blocks.length === 0)
    throw invalidRevocationContent("The provided revocation file is in an invalid format");
  // Loaded here: what reads certificates takes megabytes, and few lists are ever read.
  const [{ AsnConvert }, { CertificateList }] = await Promise.all([
    import("@peculiar/asn1-schema"),
    import("@peculiar/asn1-x509"),
  ]);
  let entries = 0;
  for (const [, base64] of blocks)
    try {
      const list = AsnConvert.parse(Buffer.from(base64!, "base64"), CertificateList);
      entries += list.tbsCertList.revokedCertificates?.length ?? 0;
    } catch {
      throw invalidRevocationContent("The provided revocation file is in an invalid format");
    }
  return { pem: blocks.map(([block]) => `${block}\n`).join(""), entries };
}

const tooLarge = Symbol("too large");

async function readObject(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
  { bucket, key, version }: ObjectName,
): Promise<string | typeof tooLarge | undefined> {
  try {
    const { Body } = await clients.s3(asService(scope, principal)).GetObject({
      Bucket: bucket!,
      Key: key!,
      ...(version !== undefined && { VersionId: version }),
    });
    const body = Body as unknown as ByteStream | Uint8Array;
    const most = limits.revocationFileBytes;
    const bytes = body instanceof Uint8Array ? body : await readBody(body, most);
    return Buffer.from(bytes).toString("latin1");
  } catch (error) {
    if (error instanceof BodyTooLargeError) return tooLarge;
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
