/** Customers with sessions, sent by autocannon, who notice when something of theirs is lost. */
import autocannon from "autocannon";

export interface ShopAddress {
  /** Where to connect. */
  url: string;
  /** The Host that the load balancer is known by. */
  host: string;
}

export interface Interval {
  requests: number;
  failures: number;
  latenciesMs: number[];
}

export interface Customers {
  /** Sends so many requests a second for so many seconds. */
  run(rate: number, seconds: number): Promise<void>;
  /** What happened since the last call. */
  take(): Interval;
  readonly orders: ReadonlySet<string>;
  readonly failures: readonly Failure[];
  /** Carts that did not hold what had been put into them. */
  readonly lostCarts: number;
}

export interface Failure {
  atMs: number;
  what: string;
}

interface Visit {
  cookie?: string;
  added?: number;
}

const connections = 24;

export function createCustomers({ url, host }: ShopAddress): Customers {
  const orders = new Set<string>();
  const failures: Failure[] = [];
  let interval: Interval = { requests: 0, failures: 0, latenciesMs: [] };
  let lostCarts = 0;

  const fail = (what: string) => {
    interval.failures++;
    failures.push({ atMs: Date.now(), what });
  };
  const step = (
    method: "GET" | "POST",
    path: string,
    look: (body: string, visit: Visit) => void = () => {},
  ): autocannon.Request => ({
    method,
    path,
    setupRequest: (request, context) => {
      const { cookie } = context as Visit;
      const headers = { host, accept: "application/json", ...(cookie && { cookie }) };
      return { ...request, headers };
    },
    onResponse: (status, body, context, headers) => {
      const visit = context as Visit;
      if (status >= 400) return fail(`${method} ${path}: ${status}`);
      const cookies = (headers as Record<string, string | string[]> | undefined)?.["set-cookie"];
      const cookie = [cookies ?? []].flat()[0]?.split(";")[0];
      if (cookie) visit.cookie = cookie;
      look(body, visit);
    },
  });
  const cartMustHold = (body: string, visit: Visit) => {
    const { cart } = JSON.parse(body) as { cart: Record<string, number> };
    const items = Object.values(cart).reduce((sum, count) => sum + count, 0);
    if (visit.added !== undefined && items < visit.added) lostCarts++;
  };
  const added = (body: string, visit: Visit) => {
    visit.added = (visit.added ?? 0) + 1;
    cartMustHold(body, visit);
  };
  const visit = [
    step("GET", "/"),
    step("GET", "/products/lantern"),
    step("POST", "/cart/lantern", added),
    step("GET", "/products/compass"),
    step("POST", "/cart/compass", added),
    step("GET", "/cart", cartMustHold),
    step("POST", "/checkout", (body) => {
      orders.add((JSON.parse(body) as { orderId: string }).orderId);
    }),
  ];
  return {
    orders,
    failures,
    get lostCarts() {
      return lostCarts;
    },
    take() {
      const taken = interval;
      interval = { requests: 0, failures: 0, latenciesMs: [] };
      return taken;
    },
    run(rate, seconds) {
      return new Promise((resolve, reject) => {
        const load = autocannon(
          { url, connections, duration: seconds, overallRate: rate, requests: visit, timeout: 20 },
          (error: Error | null) => (error ? reject(error) : resolve()),
        );
        load.on("response", (_client, _status, _bytes, latencyMs) => {
          interval.requests++;
          interval.latenciesMs.push(latencyMs);
        });
        load.on("reqError", (error: Error) => fail(error.message));
      });
    },
  };
}
