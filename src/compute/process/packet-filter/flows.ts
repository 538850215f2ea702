/** Reads what the packet programs counted. */
import type { PacketFlow } from "../../network-rules.ts";

/** This host, as a machine's network would see it. */
const hostAddress = "127.0.0.1";

/** What each conversation had carried when it was looked at, by its key in hexadecimal. */
export type FlowCounts = ReadonlyMap<string, { packets: number; bytes: number; tcpFlags: number }>;

/**
 * Entries "KEY=VALUE" in hexadecimal, as what came since `before`. They stay in the kernel's map, where
 * answers are known by them; `privateHex` gives a loopback address's private one.
 */
export function parseFlows(
  text: string,
  before: FlowCounts | undefined,
  privateHex: (hostHex: string) => string | undefined,
): { flows: PacketFlow[]; counts: FlowCounts } {
  const counts = new Map<string, { packets: number; bytes: number; tcpFlags: number }>();
  const flows: PacketFlow[] = [];
  for (const entry of text.split(" ").filter(Boolean)) {
    const [keyHex, valueHex] = entry.split("=") as [string, string];
    const [key, value] = [Buffer.from(keyHex, "hex"), Buffer.from(valueHex, "hex")];
    const now = {
      packets: Number(value.readBigUInt64LE(0)),
      bytes: Number(value.readBigUInt64LE(8)),
      tcpFlags: tcpFlagsOf(value[32]!),
    };
    counts.set(keyHex, now);
    const known = before?.get(keyHex);
    // One that was forgotten and began anew counts from nothing.
    const old = known && known.packets <= now.packets ? known : undefined;
    if (old?.packets === now.packets) continue;
    const hex = keyHex.slice(0, 8);
    const remote = privateHex(hex) ?? hex;
    flows.push({
      direction: key[9] === 0 ? "ingress" : "egress",
      accepted: key[10] === 1,
      protocol: key[8]!,
      remoteIp: key[0] === 127 && remote === hex ? hostAddress : dotted(remote),
      remotePort: key.readUInt16BE(4),
      localPort: key.readUInt16BE(6),
      packets: now.packets - (old?.packets ?? 0),
      bytes: now.bytes - (old?.bytes ?? 0),
      tcpFlags: now.tcpFlags & ~(old?.tcpFlags ?? 0),
    });
  }
  return { flows, counts };
}

const dotted = (hex: string) => [...Buffer.from(hex, "hex")].join(".");

/** As flow logs count them: FIN 1, SYN 2, RST 4, and SYN with ACK 18. */
function tcpFlagsOf(bits: number): number {
  const [fin, syn, rst, ack] = [bits & 1, bits & 2, bits & 4, bits & 16];
  return fin | syn | rst | (syn && ack ? 16 : 0);
}
