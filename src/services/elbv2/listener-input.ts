/** Port and protocol of a listener as requests give them. */
import { unsupported, validationError } from "./errors.ts";

export function readPort(input: {
  Port?: number | undefined;
  Protocol?: string | undefined;
}): number {
  if (input.Port === undefined) throw validationError("A listener port must be specified");
  if (input.Protocol === undefined) throw validationError("A listener protocol must be specified");
  return input.Port;
}

/** Refuses what would need TLS: an HTTPS listener that spoke plain HTTP would be worse than none. */
export function refuseTls(input: {
  Protocol?: string | undefined;
  Certificates?: readonly unknown[] | undefined;
  SslPolicy?: string | undefined;
  AlpnPolicy?: readonly string[] | undefined;
  MutualAuthentication?: unknown;
}): void {
  const { Protocol } = input;
  if (Protocol === "HTTPS") throw unsupported("HTTPS listeners yet");
  if (Protocol !== undefined && Protocol !== "HTTP")
    throw validationError(`Listener protocol '${Protocol}' must be one of 'HTTP, HTTPS'`);
  if (input.Certificates?.length)
    throw validationError("A certificate cannot be specified for HTTP listeners");
  if (input.SslPolicy !== undefined)
    throw validationError("An SSL policy cannot be specified for HTTP listeners");
  if (input.AlpnPolicy?.length)
    throw validationError("An ALPN policy can be specified for TLS listeners only");
  if (input.MutualAuthentication !== undefined)
    throw validationError("Mutual authentication can be specified for HTTPS listeners only");
}
