/** Pulls orders from the queue. Killed at any moment it loses none: what was not finished comes back. */
import { setTimeout as pause } from "node:timers/promises";
import type { ShopCloud } from "./cloud.ts";

/** What packing and posting an order takes. */
const workMs = 40;

export async function work(cloud: ShopCloud): Promise<never> {
  for (;;) {
    try {
      for (const { order, finish } of await cloud.receiveOrders()) {
        await pause(workMs);
        await cloud.recordOrder(order);
        await finish();
      }
    } catch (error) {
      console.error(error);
      await pause(1000);
    }
  }
}
