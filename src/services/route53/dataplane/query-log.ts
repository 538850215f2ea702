/** How often zones are asked, and what those are asked whose queries are logged, until somebody takes it. */
import type { Wall } from "#runtime/clock.ts";
import type { LoggedQuery, QueriesTaken } from "./config.ts";
import type { Query } from "./query.ts";
import type { Resolution } from "./resolution.ts";

export interface QueryLog {
  note(
    query: Query,
    resolution: Resolution,
    asker: { address: string; isStream: boolean },
    isLogged: (zoneId: string) => boolean,
  ): void;
  take(): QueriesTaken;
  /** How many questions came to each zone since the last time. */
  takeCounts(): Record<string, number>;
}

/** Nobody may take for a while; what comes then beyond these is counted only. */
const mostKept = 100_000;

export function createQueryLog(wall: Pick<Wall, "now">): QueryLog {
  let queries: LoggedQuery[] = [];
  let dropped = 0;
  let counts = new Map<string, number>();
  return {
    note({ name, type, edns }, { code, zoneId }, { address, isStream }, isLogged) {
      if (zoneId === undefined) return;
      counts.set(zoneId, (counts.get(zoneId) ?? 0) + 1);
      if (!isLogged(zoneId)) return;
      if (queries.length >= mostKept) return void dropped++;
      const subnet = edns?.subnet;
      queries.push({
        zoneId,
        atMs: wall.now(),
        name: name.replace(/(?<=.)\.$/, ""),
        type,
        code,
        protocol: isStream ? "TCP" : "UDP",
        address,
        subnet: subnet?.address === undefined ? "-" : `${subnet.address}/${subnet.prefix}`,
      });
    },
    takeCounts() {
      const taken = Object.fromEntries(counts);
      counts = new Map();
      return taken;
    },
    take() {
      const taken = { queries, dropped };
      queries = [];
      dropped = 0;
      return taken;
    },
  };
}
