/** A balancer's listeners, as its configuration has them. */
import type { BalancerConfig, BoundAddress, BoundListener, ListenerConfig } from "./config.ts";
import { boundListeners, placesOf, type ListenerPlace } from "./listener-places.ts";
import type { Listener } from "./listener.ts";

export class Listeners {
  readonly #create: (config: ListenerConfig) => Listener;
  /** By their places' keys. */
  readonly #listeners = new Map<string, Listener>();

  constructor(create: (config: ListenerConfig) => Listener) {
    this.#create = create;
  }

  /** Reads the rules of those that stay. What is given back has all of them take their new ones at once. */
  async prepare(config: BalancerConfig): Promise<() => void> {
    const adoptions: (() => void)[] = [];
    for (const [key, place] of placesOf(config)) {
      const present = this.#at(key, place);
      if (present) adoptions.push(await present.prepare(place.config));
    }
    return () => {
      for (const adopt of adoptions) adopt();
    };
  }

  /** Closes those that are wanted no more, and opens those that are. Rejects when one cannot be bound. */
  async open(config: BalancerConfig): Promise<BoundListener[]> {
    const places = placesOf(config);
    for (const [key, listener] of this.#listeners) {
      if (places.get(key)?.config.port === listener.port) continue;
      this.#listeners.delete(key);
      await listener.close();
    }
    const bound = new Map<string, BoundAddress>();
    for (const [key, place] of places) {
      const listener = this.#at(key, place) ?? (await this.#add(key, place));
      bound.set(key, await listener.open({ ...config, loopbackHost: place.loopbackHost }));
    }
    return boundListeners(config.listeners, bound);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#listeners.values()].map((listener) => listener.close()));
  }

  /** A port is a listener's for good. */
  #at(key: string, { config }: ListenerPlace): Listener | undefined {
    const listener = this.#listeners.get(key);
    return listener?.port === config.port ? listener : undefined;
  }

  async #add(key: string, { config }: ListenerPlace): Promise<Listener> {
    const listener = this.#create(config);
    await listener.configure(config);
    this.#listeners.set(key, listener);
    return listener;
  }
}
