/**
 * Authorities that vouch for clients and are not told to them. What Node is given as `ca` it names in its request for a
 * certificate as well, but not its default authorities: they are those of this thread, while nothing else runs in it.
 */
import tls from "node:tls";

/** Node has it from 24.5 on. */
export const canBeQuiet = "setDefaultCACertificates" in tls;

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** What `make` makes of TLS contexts without `ca` trusts the authorities in PEM; undefined changes nothing. */
export function withAuthorities<T>(pem: string | undefined, make: () => T): T {
  if (pem === undefined) return make();
  const usual = tls.getCACertificates("default");
  tls.setDefaultCACertificates(pem.match(certificateBlock) ?? []);
  try {
    return make();
  } finally {
    tls.setDefaultCACertificates(usual);
  }
}
