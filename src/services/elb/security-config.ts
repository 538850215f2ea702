/** From a policy's options to versions and ciphers of TLS. */
import { getCiphers } from "node:tls";
import type { TlsConfig, TlsVersion } from "#traffic/application/config.ts";
import type { PolicyRecord } from "./records.ts";
import { cipherNames, defaultPolicy, orderAttribute } from "./security-policies.ts";

export type Negotiation = Pick<TlsConfig, "minVersion" | "maxVersion" | "ciphers" | "clientsOrder">;

const versions: readonly TlsVersion[] = ["TLSv1", "TLSv1.1", "TLSv1.2"];

/** Undefined when the TLS library of this machine has none of the policy's versions or ciphers. */
export function negotiationOf({ attributes }: PolicyRecord): Negotiation | undefined {
  const isOn = (name: string) =>
    attributes.some((own) => own.name === name && own.value.toLowerCase() === "true");
  const known = new Set(getCiphers());
  const offered = versions.filter((version) => isOn(`Protocol-${version}`));
  const ciphers = cipherNames.filter((name) => isOn(name) && known.has(name.toLowerCase()));
  if (offered.length === 0 || ciphers.length === 0) return undefined;
  return {
    minVersion: offered[0]!,
    maxVersion: offered.at(-1)!,
    ciphers,
    clientsOrder: !isOn(orderAttribute),
  };
}

export const defaultNegotiation = (): Negotiation => negotiationOf(defaultPolicy())!;
