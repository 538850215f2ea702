/**
 * Programs of a machine's packets, made to lose some of them by the kernel's own dice.
 * https://docs.kernel.org/bpf/libbpf/program_types.html (BPF_PROG_TYPE_CGROUP_SKB)
 */

interface PacketProgram {
  /** BPF_CGROUP_INET_INGRESS 0, EGRESS 1. */
  attachType: number;
  hex: string;
}

/**
 * The programs with the part (0 to 1) of the packets in each direction lost before they are looked at.
 * What is sent and lost is told as congestion (2), which no program hears of as an error; what is
 * received just is not there.
 */
export function withLoss<P extends PacketProgram>(programs: readonly P[], part: number): P[] {
  if (part <= 0) return [...programs];
  const below = Buffer.alloc(4);
  below.writeUInt32LE(Math.min(Math.floor(part * 2 ** 32), 2 ** 32 - 1));
  return programs.map((program) => ({
    ...program,
    hex: [
      "bf16000000000000", // r6 = the packet
      "8500000007000000", // r0 = any number of 32 bits
      `36000200${below.toString("hex")}`, // from this number on it goes on, two parts further
      `b7000000${program.attachType === 0 ? "00" : "02"}000000`, // r0 = lost
      "9500000000000000", // return
      "bf61000000000000", // r1 = the packet
      program.hex,
    ].join(""),
  }));
}
