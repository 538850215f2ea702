/** What of a bridge's traffic is led elsewhere, each once for all its machines. */
import type { Log } from "#runtime/log.ts";
import { redirectMetadata, removeRedirect } from "./metadata-redirect.ts";
import { resolverOf, type MachineNetwork } from "./networks.ts";
import { redirectResolvers, removeResolverRedirects } from "./resolver-redirect.ts";

export interface BridgeRedirects {
  /** 169.254.169.254 to the relay at this port; resolves when it is done, or was found impossible and logged. */
  leadMetadata(network: MachineNetwork, port: number): Promise<void>;
  /** The resolver's addresses to this host's DNS server. `cidr` is the VPC's. */
  leadResolvers(network: MachineNetwork, cidr: string | undefined): Promise<void>;
  /** Before the network goes. */
  close(network: MachineNetwork): Promise<void>;
}

export function createBridgeRedirects(log: Log): BridgeRedirects {
  const metadata = new Map<string, { port: number; done: Promise<void> }>();
  const resolvers = new Map<string, { own: string | undefined; done: Promise<void> }>();
  const orWarn = async (redirecting: Promise<string | undefined>, text: string) => {
    const reason = await redirecting;
    if (reason !== undefined) log.warn(text, { reason });
  };
  return {
    async leadMetadata(network, port) {
      const known = metadata.get(network.name);
      if (known?.port === port) return known.done;
      const done = orWarn(
        redirectMetadata(network, port),
        "machines find their metadata by AWS_EC2_METADATA_SERVICE_ENDPOINT alone, not at 169.254.169.254",
      );
      metadata.set(network.name, { port, done });
      return done;
    },
    async leadResolvers(network, cidr) {
      const known = resolvers.get(network.name);
      if (known) return known.done;
      const own = cidr === undefined ? undefined : resolverOf(cidr);
      const done = orWarn(
        redirectResolvers(network, own),
        "machines do not find their VPC's resolver at its third address",
      );
      resolvers.set(network.name, { own, done });
      return done;
    },
    async close(network) {
      const { name } = network;
      const [lead, resolver] = [metadata.get(name), resolvers.get(name)];
      metadata.delete(name);
      resolvers.delete(name);
      if (lead) await removeRedirect(network, lead.port);
      if (resolver) await removeResolverRedirects(network, resolver.own);
    },
  };
}
