/** A VPC's network, and what belongs to its bridge, from its first machine's launch to the end of its last. */
import { HostUnavailable, type MachineSpec } from "../driver.ts";
import type { Serial } from "../serially.ts";
import type { BridgeRedirects } from "./bridge-redirects.ts";
import type { MachineNetwork, Networks } from "./networks.ts";
import type { Relays } from "./relays.ts";

export interface SharedNetworks {
  /** Makes the network where it is not there; it stays at least until `launch` has come to its end. */
  launchIn(
    wanted: MachineSpec["network"],
    launch: (network: MachineNetwork) => Promise<void>,
  ): Promise<void>;
  /** Removes the network unless somebody uses it. */
  leave(network: MachineNetwork): Promise<void>;
}

export function createSharedNetworks(given: {
  networks: Networks;
  redirects: BridgeRedirects;
  relays: Relays;
  serially: Serial;
  hasMachines: (network: MachineNetwork) => boolean;
}): SharedNetworks {
  const { networks, redirects, relays, serially, hasMachines } = given;
  const launching = new Map<string, number>();
  const count = (name: string, more: number) => {
    const now = (launching.get(name) ?? 0) + more;
    if (now === 0) launching.delete(name);
    else launching.set(name, now);
  };
  const leave = (network: MachineNetwork) =>
    serially(network.name, async () => {
      if (launching.has(network.name) || hasMachines(network)) return;
      await relays.close(network.gateway);
      await redirects.close(network);
      await networks.remove(network);
    });
  return {
    async launchIn(wanted, launch) {
      const name = networks.nameOf(wanted);
      count(name, 1);
      let network: MachineNetwork | undefined;
      try {
        network = await serially(name, () => networks.ensure(wanted));
        await redirects.leadResolvers(network, wanted?.cidr);
        await launch(network);
      } catch (error) {
        count(name, -1);
        if (network && !(error instanceof HostUnavailable)) await leave(network);
        throw error;
      }
      count(name, -1);
    },
    leave,
  };
}
