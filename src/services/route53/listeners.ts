/** Addresses at which the DNS server answers; one that another program has is taken as soon as it is free. */
import type { Timer, Wall } from "#runtime/clock.ts";
import type { Log } from "#runtime/log.ts";
import type { DnsPlane, ListenConfig } from "./dataplane/config.ts";

/** What the log says of an address. */
interface Told {
  /** Once, while it is not had. */
  missing: string;
  /** When it is had again. */
  found: string;
  /** Called with the port whenever it is had. */
  onPort?: (port: number) => void;
}

export interface Listeners {
  /** The port; undefined where the address is not to be had, and then it is tried for again. */
  want(config: ListenConfig, told: Told): Promise<number | undefined>;
  /** The server gives the address back. */
  drop(config: ListenConfig): Promise<void>;
  /** Forgets all addresses: the server is another one. */
  clear(): void;
  /** Tries for nothing any more. */
  end(): void;
}

interface Wanted {
  config: ListenConfig;
  told: Told;
  isMissing: boolean;
  retryMs: number;
  timer?: Timer;
}

/** Another program lives in the wall's time: it is looked for soon, then ever more seldom. */
const firstRetryMs = 1_000;
const lastRetryMs = 30_000;

/** What passes by itself; who may not bind a port will not be allowed to later. */
const passing: ReadonlySet<string> = new Set(["EADDRINUSE", "EADDRNOTAVAIL"]);

/** `inTurn` runs a task when what was begun before is done, and tells of its failure. */
export function createListeners({
  plane,
  wall,
  log,
  inTurn,
}: {
  plane: () => Pick<DnsPlane, "listen" | "unlisten">;
  wall: Pick<Wall, "after">;
  log: Log;
  inTurn: (task: () => Promise<void>) => void;
}): Listeners {
  const wanted = new Map<string, Wanted>();
  let isEnded = false;
  const keyOf = ({ host, port }: ListenConfig) => `${host}:${port}`;
  const listen = async (key: string, one: Wanted): Promise<number | undefined> => {
    const { host, port } = one.config;
    try {
      const bound = await plane().listen(one.config);
      if (one.isMissing) log.info(one.told.found, { host, port: bound });
      one.isMissing = false;
      one.told.onPort?.(bound);
      return bound;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      if (!one.isMissing) log.warn(one.told.missing, { host, port, reason: code });
      one.isMissing = true;
      if (passing.has(code)) retry(key, one);
      return undefined;
    }
  };
  const retry = (key: string, one: Wanted) => {
    if (isEnded) return;
    one.timer = wall.after(one.retryMs, () =>
      inTurn(async () => {
        if (wanted.get(key) === one) await listen(key, one);
      }),
    );
    one.retryMs = Math.min(one.retryMs * 2, lastRetryMs);
  };
  const clear = () => {
    for (const { timer } of wanted.values()) timer?.cancel();
    wanted.clear();
  };
  return {
    async want(config, told) {
      const one: Wanted = { config, told, isMissing: false, retryMs: firstRetryMs };
      const key = keyOf(config);
      wanted.get(key)?.timer?.cancel();
      wanted.set(key, one);
      return listen(key, one);
    },
    async drop(config) {
      const key = keyOf(config);
      wanted.get(key)?.timer?.cancel();
      wanted.delete(key);
      await plane().unlisten(config);
    },
    clear,
    end() {
      isEnded = true;
      clear();
    },
  };
}
