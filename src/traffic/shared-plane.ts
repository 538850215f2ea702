/** The cloud's one data plane: made when a service first has something to serve, with an engine for each kind of balancer. */
import type { TrafficPlane } from "./plane.ts";

/** A listener as the gateway finds it. */
export interface Front {
  port: number;
  /** Where it is bound. */
  host: string;
  boundPort: number;
  /** Another one when security groups let others in than before. */
  revision: number;
  /** Asks for TLS. */
  secure: boolean;
}

export interface SharedPlane {
  /** By the DNS name of the load balancer, in lower case. */
  readonly fronts: Map<string, Front[]>;
  /** Undefined while nobody needed it. */
  readonly present: TrafficPlane | undefined;
  /** The one that is there, else the new one; `lost` is to be called when it is no more. */
  get(create: (lost: () => void) => TrafficPlane): TrafficPlane;
  /** Calls back when it is lost: whatever was served must be configured anew. */
  onLoss(listener: () => void): void;
  close(): Promise<void>;
}

export function createSharedPlane(): SharedPlane {
  const listeners: (() => void)[] = [];
  let plane: TrafficPlane | undefined;
  return {
    fronts: new Map(),
    get present() {
      return plane;
    },
    get(create) {
      plane ??= create(() => {
        plane = undefined;
        for (const listener of listeners) listener();
      });
      return plane;
    },
    onLoss: (listener) => void listeners.push(listener),
    async close() {
      await plane?.close();
      plane = undefined;
    },
  };
}
