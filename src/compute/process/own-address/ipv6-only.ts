/**
 * Marks sockets that are made for IPv6 alone (IPV6_V6ONLY), which the programs that bind them cannot see otherwise.
 * https://docs.kernel.org/bpf/prog_cgroup_sockopt.html (BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT)
 */
import { Bytecode } from "../bytecode.ts";

/** SO_MARK of such a socket: no rule of routing or filtering is about it. */
export const ipv6OnlyMark = 0x0f6b0006;

/** struct bpf_sockopt, by offset. */
const socket = 0;
const value = 8;
const valueEnd = 16;
const level = 24;
const name = 28;
const valueBytes = 32;

/** SOL_IPV6, IPV6_V6ONLY; SOL_SOCKET, SO_MARK. */
const ipv6Level = 41;
const ipv6Only = 26;
const socketLevel = 1;
const mark = 36;

const setOption = 49;
const mostVisibleBytes = 4096;

export const ipv6OnlyProgram = { kind: 25, attachType: 22, hex: markIpv6Only().hex() } as const;

function markIpv6Only(): Bytecode {
  const code = new Bytecode();
  code.load(32, 2, 1, valueBytes).when(2, "gt", mostVisibleBytes, "long");
  code.load(32, 2, 1, level).when(2, "ne", ipv6Level, "leave");
  code.load(32, 2, 1, name).when(2, "ne", ipv6Only, "leave");
  code.load(64, 3, 1, value).load(64, 4, 1, valueEnd);
  code.copy(2, 3).addNumber(2, 4).whenBeyond(2, 4, "leave");
  code.load(32, 2, 3, 0).when(2, "eq", 0, "mark").set(2, ipv6OnlyMark);
  code.label("mark").store(32, 10, -4, 2);
  code.load(64, 1, 1, socket).set(2, socketLevel).set(3, mark).frameAddress(4, -4).set(5, 4);
  code.call(setOption).go("leave");
  // The kernel wants to be told that a value longer than what programs see stays as it is.
  code.label("long").set(2, 0).store(32, 1, valueBytes, 2);
  return code.label("leave").leave(1);
}
