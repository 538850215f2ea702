/** Certificates of a test's own authority, listeners for TLS and clients that trust them. */
import { once } from "node:events";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { buildCertificate } from "#services/acm/authority/build-certificate.ts";
import type { ListenerConfig, RuleConfig, TlsConfig } from "../config.ts";
import { defaultRule, forward, listener } from "./stage.ts";

interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

export const dayMs = 86_400_000;

export function authority(name: string) {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const certificate = (
    subject: string,
    dnsNames: string[],
    key: KeyPair = generateKeyPairSync("ec", { namedCurve: "prime256v1" }),
    endMs = dayMs,
  ) => ({
    pem: buildCertificate({
      serial: "41ab",
      subject: [["CN", subject]],
      issuer: [["CN", name]],
      // TLS judges certificates by the system's time, whatever the cloud's.
      notBeforeMs: Date.now() - 2 * dayMs,
      notAfterMs: Date.now() + endMs,
      publicKey: key.publicKey,
      issuerKey: privateKey,
      issuerPublicKey: publicKey,
      dnsNames,
      extendedKeyUsages: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
    }).toString(),
    key: key.privateKey.export({ type: "pkcs8", format: "pem" }),
  });
  return { root: certificate(name, [], { publicKey, privateKey }).pem, certificate };
}

export const ca = authority("Test root");

export function tlsConfig(names: string[], changes: Partial<TlsConfig> = {}): TlsConfig {
  const certificates = names.map((name) => {
    const { pem, key } = ca.certificate(name, [name]);
    return { certificate: pem, chain: ca.root, key };
  });
  return {
    certificates,
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.3",
    ciphers: ["TLS_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"],
    mutual: undefined,
    ...changes,
  };
}

export function secure(
  tls: TlsConfig,
  rules: RuleConfig[] = [defaultRule(forward("tg"))],
): ListenerConfig {
  return { ...listener(rules, 443), tls };
}

export async function handshake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({
    host: "127.0.0.1",
    port,
    ca: ca.root,
    servername: "a.example",
    ...options,
  });
  await once(socket, "secureConnect");
  return socket;
}

export async function talk(socket: TLSSocket, path = "/"): Promise<string> {
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: a.example\r\nX-Amzn-Mtls-Clientcert: forged\r\nConnection: close\r\n\r\n`,
  );
  let text = "";
  for await (const piece of socket) text += String(piece);
  return text;
}
