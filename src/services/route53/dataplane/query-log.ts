/** What was asked of zones whose queries are logged, until somebody takes it. */
import type { Wall } from "#runtime/clock.ts";
import type { LoggedQuery, QueriesTaken } from "./config.ts";
import type { Query } from "./query.ts";
import type { Resolution } from "./resolve.ts";

export interface QueryLog {
  note(
    query: Query,
    resolution: Resolution,
    asker: { address: string; isStream: boolean },
    isLogged: (zoneId: string) => boolean,
  ): void;
  take(): QueriesTaken;
}

/** Nobody may take for a while; what comes then beyond these is counted only. */
const mostKept = 100_000;

export function createQueryLog(wall: Pick<Wall, "now">): QueryLog {
  let queries: LoggedQuery[] = [];
  let dropped = 0;
  return {
    note({ name, type, edns }, { code, zoneId }, { address, isStream }, isLogged) {
      if (zoneId === undefined || !isLogged(zoneId)) return;
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
    take() {
      const taken = { queries, dropped };
      queries = [];
      dropped = 0;
      return taken;
    },
  };
}
