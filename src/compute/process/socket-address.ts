/**
 * An address as programs in the kernel see it when a process binds, connects or sends: struct bpf_sock_addr.
 * https://docs.kernel.org/bpf/libbpf/program_types.html (BPF_PROG_TYPE_CGROUP_SOCK_ADDR)
 */

/** Its members by their offset. Addresses and ports are in network order. */
export const ip4 = 4;
export const ip6 = [8, 12, 16, 20] as const;
export const port = 24;
export const type = 32;
export const sourceIp4 = 40;
/** The socket itself: its mark, in turn, is read and written by nobody else in a machine. */
export const socket = 64;
export const socketMark = 16;

/** SOCK_STREAM, as `type` has it. */
export const stream = 1;

/** An address as the 32-bit number that a little-endian processor reads from network order. */
export function word(address: string): number {
  return Buffer.from(address.split(".").map(Number)).readInt32LE();
}

/** As `word`, of a number in network order. */
function networkWord(value: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.readInt32LE();
}

export function networkPort(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}

export const localhost = word("127.0.0.1");
/** The last word of ::1. */
export const localhost6 = networkWord(1);
/** The third word of ::ffff:a.b.c.d. */
export const mapped = networkWord(0xffff);
export const metadataAddress = word("169.254.169.254");
