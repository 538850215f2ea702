/** Fogbank's own certificate authority: one root per data directory, made when it is first needed. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Environment } from "#services/kit/service.ts";
import { limits } from "../limits.ts";
import { buildCertificate, type DistinguishedName } from "./build-certificate.ts";

export interface Authority {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

export const rootFile = "ca/root.pem";
const keyFile = "ca/root-key.pem";
const rootName: DistinguishedName = [
  ["O", "Fogbank"],
  ["CN", "Fogbank local root"],
];
const dayMs = 86_400_000;

/** Reads the root, or makes it: it survives a reset, so that it need not be trusted again. */
export async function openAuthority(env: Environment): Promise<Authority> {
  if (env.dataDir === undefined) return createRoot(env);
  const [certificatePath, keyPath] = [join(env.dataDir, rootFile), join(env.dataDir, keyFile)];
  try {
    const certificate = new X509Certificate(await readFile(certificatePath));
    return { certificate, key: createPrivateKey(await readFile(keyPath)) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const root = await createRoot(env);
  await mkdir(join(env.dataDir, "ca"), { recursive: true, mode: 0o700 });
  // The certificate comes last: where it is, its key is.
  await writeWhole(keyPath, root.key.export({ type: "pkcs8", format: "pem" }), 0o600);
  await writeWhole(certificatePath, root.certificate.toString(), 0o644);
  return root;
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  await writeFile(`${path}.new`, text, { mode, flush: true });
  await chmod(`${path}.new`, mode);
  await rename(`${path}.new`, path);
}

async function createRoot({ clock, random }: Environment): Promise<Authority> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("ec", {
    namedCurve: "prime256v1",
  });
  const nowMs = Math.min(clock.now(), clock.wall.now());
  const certificate = buildCertificate({
    serial: serialOf(random.hex(30)),
    subject: rootName,
    issuer: rootName,
    notBeforeMs: nowMs - dayMs,
    notAfterMs: nowMs + 3650 * dayMs,
    publicKey,
    issuerKey: privateKey,
    issuerPublicKey: publicKey,
    dnsNames: [],
  });
  return { certificate, key: privateKey };
}

export interface Issued {
  certificatePem: string;
  keyPem: string;
}

/** A certificate with a new key of its own. Valid by the cloud's time and by that of its clients. */
export async function issue(
  { clock, random }: Environment,
  { key }: Authority,
  names: readonly string[],
  keyAlgorithm: string,
): Promise<Issued> {
  const { publicKey, privateKey } = await generateKey(keyAlgorithm);
  const [earlierMs, laterMs] = [clock.now(), clock.wall.now()].sort((a, b) => a - b) as [
    number,
    number,
  ];
  const issued = buildCertificate({
    serial: serialOf(random.hex(30)),
    subject: [["CN", names[0]!]],
    issuer: rootName,
    notBeforeMs: Math.floor(earlierMs / dayMs) * dayMs,
    notAfterMs: (Math.floor(laterMs / dayMs) + limits.validityDays + 1) * dayMs - 1000,
    publicKey,
    issuerKey: key,
    issuerPublicKey: createPublicKey(key),
    dnsNames: names,
  });
  return {
    certificatePem: issued.toString(),
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }),
  };
}

const curves: Record<string, string> = {
  EC_prime256v1: "prime256v1",
  EC_secp384r1: "secp384r1",
  EC_secp521r1: "secp521r1",
};

function generateKey(algorithm: string) {
  const namedCurve = curves[algorithm];
  const generate = promisify(generateKeyPair);
  return namedCurve === undefined
    ? generate("rsa", { modulusLength: Number(algorithm.slice("RSA_".length)) })
    : generate("ec", { namedCurve });
}

/** A serial number is positive: its first bit is not set. */
function serialOf(hex: string): string {
  return `4${hex.slice(1)}`;
}
