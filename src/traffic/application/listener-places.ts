/** Where a balancer's listeners are to be bound: each once, and those of a dualstack balancer on IPv6, too. */
import type { BalancerConfig, BoundAddress, BoundListener, ListenerConfig } from "./config.ts";

/** IPv6 has no other address that is this machine's alone. */
const loopback6 = "::1";

export interface ListenerPlace {
  config: ListenerConfig;
  loopbackHost: string;
}

/** By keys that last as long as a place is wanted. */
export function placesOf({
  listeners,
  loopbackHost,
  ipv6,
}: BalancerConfig): Map<string, ListenerPlace> {
  const places = new Map<string, ListenerPlace>();
  for (const config of listeners) {
    places.set(config.arn, { config, loopbackHost });
    const again = { ...config, bound: config.bound?.ipv6 };
    if (ipv6) places.set(ipv6Key(config), { config: again, loopbackHost: loopback6 });
  }
  return places;
}

/** In the order of the listeners, from where each place was bound. */
export function boundListeners(
  listeners: readonly ListenerConfig[],
  bound: ReadonlyMap<string, BoundAddress>,
): BoundListener[] {
  return listeners.map((config) => {
    const ipv6 = bound.get(ipv6Key(config));
    return { ...bound.get(config.arn)!, ...(ipv6 && { ipv6 }) };
  });
}

const ipv6Key = ({ arn }: ListenerConfig) => `${arn} ipv6`;
