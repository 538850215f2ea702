/** Servers known by their public keys instead of by an authority. */
import type { TLSSocket } from "node:tls";

/** Whether the other end has shown a certificate with one of these keys: DER in base64. After its handshake. */
export function hasTrustedKey(socket: TLSSocket, keys: readonly string[]): boolean {
  const shown = socket.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
  return shown !== undefined && keys.includes(shown.toString("base64"));
}
