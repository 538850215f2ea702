/**
 * The header that tells a target who its client is.
 * https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
 */
import { isIPv4 } from "node:net";
import type { BoundAddress } from "../application/config.ts";

const signature = Buffer.from("0d0a0d0a000d0a515549540a", "hex");
/** Version 2, command PROXY. */
const versionAndCommand = 0x21;
const streamOver = { ipv4: 0x11, ipv6: 0x21 };

const tlvTypes = { crc32c: 0x03, noop: 0x04, aws: 0xea } as const;
const vpcEndpointSubtype = 0x01;

/**
 * What health checks begin with: a connection of the load balancer's own (command LOCAL), of which nothing is told.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#health-check-connections
 */
export const proxyProtocolLocal: Uint8Array = Buffer.concat([
  signature,
  Buffer.from([0x20, 0x00, 0x00, 0x00]),
]);

/** AWS pads what follows the first sixteen bytes, so that a receiver can read it at once. */
const paddedBytes = 84;

/** Version 1: one line of text, as classic load balancers send it. */
export function proxyProtocolText(client: BoundAddress, node: BoundAddress): Buffer {
  const family = isIPv4(client.host) && isIPv4(node.host) ? "TCP4" : "TCP6";
  return Buffer.from(
    `PROXY ${family} ${client.host} ${node.host} ${client.port} ${node.port}\r\n`,
    "latin1",
  );
}

/**
 * Version 2, with a checksum and, for traffic from a VPC endpoint, its id.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#proxy-protocol
 */
export function proxyProtocolBinary(
  client: BoundAddress,
  node: BoundAddress,
  vpcEndpointId?: string,
): Buffer {
  const ipv4 = isIPv4(client.host) && isIPv4(node.host);
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(client.port, 0);
  ports.writeUInt16BE(node.port, 2);
  const parts = [addressBytes(client.host, ipv4), addressBytes(node.host, ipv4), ports];
  parts.push(tlv(tlvTypes.crc32c, Buffer.alloc(4)));
  if (vpcEndpointId !== undefined)
    parts.push(tlv(tlvTypes.aws, Buffer.from([vpcEndpointSubtype, ...Buffer.from(vpcEndpointId)])));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const left = paddedBytes - length - 3;
  if (left >= 0) parts.push(tlv(tlvTypes.noop, Buffer.alloc(left)));
  const rest = Buffer.concat(parts);
  const head = Buffer.alloc(16);
  signature.copy(head);
  head[12] = versionAndCommand;
  head[13] = ipv4 ? streamOver.ipv4 : streamOver.ipv6;
  head.writeUInt16BE(rest.length, 14);
  const header = Buffer.concat([head, rest]);
  const crcOffset = 16 + (ipv4 ? 12 : 36) + 3;
  header.writeUInt32BE(crc32c(header), crcOffset);
  return header;
}

function tlv(type: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 0xff]), value]);
}

function addressBytes(host: string, ipv4: boolean): Buffer {
  if (ipv4) return Buffer.from(host.split(".").map(Number));
  const text = isIPv4(host) ? `::ffff:${host}` : host;
  return ipv6Bytes(text);
}

function ipv6Bytes(text: string): Buffer {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain = dotted
    ? `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`
    : text;
  const [before = "", after] = plain.split("%")[0]!.split("::");
  const groups = (part: string) => part.split(":").filter((group) => group !== "");
  const first = groups(before);
  const last = after === undefined ? [] : groups(after);
  const middle = Array.from({ length: 8 - first.length - last.length }, () => "0");
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...first, ...middle, ...last].entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  return bytes;
}

/** The checksum of the header with zeros in its place; Castagnoli's polynomial. */
function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
