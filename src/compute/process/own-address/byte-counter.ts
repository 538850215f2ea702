/**
 * Programs that count a machine's bytes as its sockets receive and send them, headers of IP included.
 * https://docs.kernel.org/bpf/libbpf/program_types.html (BPF_PROG_TYPE_CGROUP_SKB)
 */
import type { Wall } from "#runtime/clock.ts";

export interface NetworkBytes {
  inBytes: number;
  outBytes: number;
}

/** Stands in a program for the number of the map, which is known only when it is made. */
export const mapPlace = "mapplace";

/** BPF_CGROUP_INET_INGRESS counts into the map's first eight bytes, EGRESS into its second. */
export const counterPrograms = [
  { attachType: 0, hex: countInto(0) },
  { attachType: 1, hex: countInto(8) },
] as const;

function countInto(offset: number): string {
  return [
    "6112000000000000", // r2 = the packet's length
    `18230000${mapPlace}`, // r3 = the map's value,
    `00000000${offset.toString(16).padStart(2, "0")}000000`, // from this offset on
    "db23000000000000", // *r3 += r2, as one step
    "b700000001000000", // r0 = 1: the packet goes on
    "9500000000000000", // return
  ].join("");
}

export interface ByteMeter {
  /** What the map counted, a second old at most; undefined when it is gone. */
  read(map: number): Promise<NetworkBytes | undefined>;
  /** The same, as it is now. */
  readLast(map: number): Promise<NetworkBytes | undefined>;
}

/** One reading serves all machines, since each starts a program. */
const freshMs = 900;

export function createByteMeter(
  wall: Wall,
  readAll: (maps: readonly number[]) => Promise<Map<number, NetworkBytes>>,
): ByteMeter {
  const maps = new Set<number>();
  let takenMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<Map<number, NetworkBytes>> | undefined;
  return {
    async read(map) {
      const known = maps.has(map);
      maps.add(map);
      if (!reading || !known || wall.monotonic() - takenMs > freshMs) {
        takenMs = wall.monotonic();
        reading = readAll([...maps]);
      }
      return (await reading).get(map);
    },
    async readLast(map) {
      maps.delete(map);
      return (await readAll([map])).get(map);
    },
  };
}
