/** The cloud's one data plane: made when a service first has something to serve, with an engine for each kind of balancer. */
import type { TrafficPlane } from "./plane.ts";

export interface SharedPlane {
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
