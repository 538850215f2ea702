/** Sessions that were there before the trouble and must be there after it. */
import type { ShopAddress } from "./customers.ts";
import { send } from "./request.ts";

export interface Keepsakes {
  readonly count: number;
  /** How many of them no longer hold what they held. */
  countLost(): Promise<number>;
}

/** Starts sessions, each with a cart. */
export async function createKeepsakes(address: ShopAddress, count: number): Promise<Keepsakes> {
  const cookies: string[] = [];
  for (let index = 0; index < count; index++) {
    const { status, cookie } = await send(address, "POST", "/cart/horn");
    if (status !== 200 || !cookie) throw new Error(`a session could not be started: ${status}`);
    cookies.push(cookie);
  }
  return {
    count,
    async countLost() {
      let lost = 0;
      for (const cookie of cookies) {
        const { status, body } = await send(address, "GET", "/cart", cookie);
        const { cart } = (status === 200 ? JSON.parse(body) : { cart: {} }) as {
          cart: Record<string, number>;
        };
        if (cart.horn !== 1) lost++;
      }
      return lost;
    },
  };
}
