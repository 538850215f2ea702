/** The services of a cloud that can begin anew: who asks while some end is served by those that follow. */
import type { ServiceHost } from "./service-host.ts";

type Present = Pick<
  ServiceHost,
  "invoke" | "findCredential" | "askOwn" | "sitesOf" | "sites" | "crossOrigin" | "loadedCount"
>;

export interface Succession {
  /** Those that serve now. While they end, others stand in for them, with whom all calls wait. */
  readonly present: Present;
  /** Undefined while nothing ends; resolves when the next serve. */
  readonly next: Promise<void> | undefined;
  /** Resolves when the services that there are now have been forgotten, and others serve. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export interface SuccessionOptions {
  createHost: () => ServiceHost;
  /** Forgets all that ended services leave behind. */
  forget: () => Promise<void>;
}

export function createSuccession(
  first: ServiceHost,
  { createHost, forget }: SuccessionOptions,
): Succession {
  let host = first;
  /** Resets that have not come to their end. */
  let resets = 0;
  let last: Promise<void> = Promise.resolve();

  const resetOnce = async () => {
    try {
      await host.stop();
    } finally {
      // Whatever of them did not end well: they serve nobody any more.
      try {
        await forget();
      } finally {
        host = createHost();
        resets--;
      }
    }
  };
  const settled = async (): Promise<void> => {
    const awaited = last;
    // Whoever asked for the reset is told of its failure.
    await Promise.allSettled([awaited]);
    if (awaited !== last) await settled();
  };
  const standIn: Present = {
    async invoke(...call) {
      await settled();
      return host.invoke(...call);
    },
    async findCredential(accessKeyId) {
      await settled();
      return host.findCredential(accessKeyId);
    },
    async askOwn(...wish) {
      await settled();
      return host.askOwn(...wish);
    },
    async sitesOf(service) {
      await settled();
      return host.sitesOf(service);
    },
    sites: () => [],
    crossOrigin: () => [],
    loadedCount: () => 0,
  };
  return {
    get present() {
      return resets > 0 ? standIn : host;
    },
    get next() {
      return resets > 0 ? settled() : undefined;
    },
    reset() {
      resets++;
      // One after the other: each ends the services that the one before has left.
      last = last.then(resetOnce, resetOnce);
      return last;
    },
    async stop() {
      // It ends with other services than it began with.
      await settled();
      await host.stop();
    },
  };
}
