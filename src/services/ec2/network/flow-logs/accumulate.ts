/** Conversations of several minutes as those of one aggregation interval. */
import type { PacketFlow } from "#compute/network-rules.ts";

export type FlowSums = Map<string, PacketFlow>;

export function addFlows(sums: FlowSums, flows: readonly PacketFlow[]): void {
  for (const flow of flows) {
    const { direction, accepted, protocol, remoteIp, remotePort, localPort } = flow;
    const key = [direction, accepted, protocol, remoteIp, remotePort, localPort].join(" ");
    const known = sums.get(key);
    sums.set(
      key,
      known
        ? {
            ...known,
            packets: known.packets + flow.packets,
            bytes: known.bytes + flow.bytes,
            tcpFlags: known.tcpFlags | flow.tcpFlags,
          }
        : flow,
    );
  }
}
