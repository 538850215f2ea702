/** Reads what the packet programs counted. */
import type { PacketFlow } from "../../network-rules.ts";

/** This host, as a machine's network would see it. */
const hostAddress = "127.0.0.1";

/** Entries "KEY=VALUE" in hexadecimal; `privateHex` gives a loopback address's private one. */
export function parseFlows(
  text: string,
  privateHex: (hostHex: string) => string | undefined,
): PacketFlow[] {
  return text
    .split(" ")
    .filter(Boolean)
    .map((entry) => {
      const [key, value] = entry.split("=").map((part) => Buffer.from(part, "hex")) as [
        Buffer,
        Buffer,
      ];
      const hex = key.toString("hex", 0, 4);
      const remote = privateHex(hex) ?? hex;
      return {
        direction: key[9] === 0 ? "ingress" : "egress",
        accepted: key[10] === 1,
        protocol: key[8]!,
        remoteIp: key[0] === 127 && remote === hex ? hostAddress : dotted(remote),
        remotePort: key.readUInt16BE(4),
        localPort: key.readUInt16BE(6),
        packets: Number(value.readBigUInt64LE(0)),
        bytes: Number(value.readBigUInt64LE(8)),
        tcpFlags: tcpFlagsOf(value[32]!),
      };
    });
}

const dotted = (hex: string) => [...Buffer.from(hex, "hex")].join(".");

/** As flow logs count them: FIN 1, SYN 2, RST 4, and SYN with ACK 18. */
function tcpFlagsOf(bits: number): number {
  const [fin, syn, rst, ack] = [bits & 1, bits & 2, bits & 4, bits & 16];
  return fin | syn | rst | (syn && ack ? 16 : 0);
}
