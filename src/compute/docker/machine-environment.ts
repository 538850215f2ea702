/**
 * A machine's loopback is not this host's. URLs in its environment that name this host's loopback
 * are served by relays on its bridge, and named so.
 */
import type { LoopbackAddresses } from "../process/loopback.ts";
import type { MachineNetwork } from "./networks.ts";
import type { Relays, RelayTarget } from "./relays.ts";

/** The variables as the machine can use them. `former`, when it was told before, wins the same ports again. */
export async function reachableEnvironment(
  environment: Record<string, string>,
  around: { metadataHost: string; network: MachineNetwork; relays: Relays },
  former: Record<string, string> = {},
): Promise<{ environment: Record<string, string>; metadataPort: number | undefined }> {
  const { metadataHost, network, relays } = around;
  const reachable: Record<string, string> = {};
  let metadataPort: number | undefined;
  for (const [name, value] of Object.entries(environment)) {
    const target = loopbackTarget(value);
    if (!target) {
      reachable[name] = value;
      continue;
    }
    const isMetadata = target.host === metadataHost;
    const wished = Number(URL.parse(former[name] ?? "")?.port || target.port);
    const port = await relays.open(network.gateway, isMetadata ? "metadata" : target, wished);
    if (isMetadata) metadataPort = port;
    const url = new URL(value);
    url.hostname = network.gateway;
    url.port = String(port);
    // As it was written: without the slash that a URL object adds.
    reachable[name] = value.endsWith("/") ? url.href : url.href.replace(/\/$/, "");
  }
  return { environment: reachable, metadataPort };
}

/** Where a machine's own metadata is served on this host; undefined when it has none. */
export function metadataTarget(
  environment: Record<string, string>,
  addresses: LoopbackAddresses,
  id: string,
): RelayTarget | undefined {
  const host = addresses.addressOf(id);
  return Object.values(environment)
    .map(loopbackTarget)
    .find((target) => target?.host === host);
}

function loopbackTarget(value: string): RelayTarget | undefined {
  const url = URL.parse(value);
  if (!url || url.port === "") return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost") return { host: "127.0.0.1", port: Number(url.port) };
  return host === "::1" || host.startsWith("127.") ? { host, port: Number(url.port) } : undefined;
}
