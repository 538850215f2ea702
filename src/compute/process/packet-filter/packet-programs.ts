/**
 * Programs that judge each packet which a guarded machine's sockets send and receive, and count it by
 * conversation. What they drop is lost without an answer, as on AWS.
 * https://docs.kernel.org/bpf/libbpf/program_types.html (BPF_PROG_TYPE_CGROUP_SKB)
 */
import type { MachineRules, PacketMatch, PacketRule } from "../../network-rules.ts";
import type { FilterProgram, Placement } from "./address-programs.ts";
import { hostMark } from "./map-entries.ts";
import { Bytecode, maskedWord } from "../bytecode.ts";
import { localhost6, networkPort, word } from "../socket-address.ts";

export interface PacketPlacement extends Placement {
  /** The machine's resolvers of last resort, which stand for the network's own. */
  nameservers: readonly string[];
  /** The number of a group in the map of members. */
  groupNumber: (groupId: string) => number;
  /** Bytes are counted in the map "counters". */
  counts: boolean;
}

type Direction = "ingress" | "egress";

/** struct __sk_buff: the packet's length, and its protocol in network order. */
const skbLength = 0;
const skbProtocol = 16;
const ipv4 = networkPort(0x0800);
/** Where a header of IPv6 has the destination. */
const destination6 = 24;

/** Places in the frame, by their distance below its pointer. */
const header = -24;
const flagsAt = -28;
const portsAt = -32;
const key = -44;
const member = -52;
const value = -96;

/** What a value of the map "flows" holds: packets, bytes, first and last nanosecond, TCP's flags. */
export const flowKeyBytes = 12;
export const flowValueBytes = 40;

/** One of the addresses that are public here. */
const someBalancer = "198.18.0.1";

const lookupHelper = 1;
const updateHelper = 2;
const nanosecondsHelper = 5;
const loadBytesHelper = 26;

const tcp = 6;
const udp = 17;
const icmp = 1;
const synAndAck = 0x12;
const syn = 0x02;

export function packetPrograms(placement: PacketPlacement): FilterProgram[] {
  return (["ingress", "egress"] as const).map((direction) => ({
    kind: 8,
    attachType: direction === "ingress" ? 0 : 1,
    hex: judge(placement, direction).hex(),
  }));
}

function judge(placement: PacketPlacement, direction: Direction): Bytecode {
  const { rules, address } = placement;
  const code = new Bytecode();
  code.copy(6, 1);
  if (placement.counts) {
    code.load(32, 2, 6, skbLength);
    code.mapValue(3, "counters", direction === "ingress" ? 0 : 8).addInMemory(3, 0, 2);
  }
  code.load(32, 2, 6, skbProtocol).when(2, "ne", ipv4, "other-family");
  readPacket(code, direction);
  code.when(9, "eq", word(address), "pass");
  locateRemote(code, placement, direction);
  judgeAcl(code, rules.acl, direction);
  letAnswersPass(code, direction);
  for (const rule of rules[direction]) allowWhen(code, rule, placement);
  code.label("reject").storeNumber(8, 10, key + 10, 0);
  countFlow(code, "drop");
  code.label("drop").leave(0);
  code.label("accept").storeNumber(8, 10, key + 10, 1);
  countFlow(code, "pass");
  code.label("pass").leave(1);
  code.label("other-family");
  // There is no IPv6 in these networks; what goes over it leaves as traffic for anywhere would, but for this host's own.
  if (direction === "egress" && !isOpen(placement)) unlessHost6(code, "drop");
  return code.leave(1);
}

/**
 * Register 7: the destination's port; 8: the protocol; 9: the other side's address as a word. The
 * key of the conversation and TCP's flags are in the frame.
 */
function readPacket(code: Bytecode, direction: Direction): void {
  const incoming = direction === "ingress";
  readBytes(code, header, 20, () => code.set(2, 0));
  code.load(8, 8, 10, header + 9).load(32, 9, 10, header + (incoming ? 12 : 16));
  code.storeNumber(64, 10, portsAt, 0);
  code.load(8, 7, 10, header).and(7, 15).shiftLeft(7, 2);
  readBytes(code, portsAt, 4, () => code.copy(2, 7));
  const noTcp = code.fresh();
  code.when(8, "ne", tcp, noTcp);
  readBytes(code, flagsAt, 1, () => code.copy(2, 7).addNumber(2, 13));
  code.label(noTcp);
  const portless = code.fresh();
  const known = code.fresh();
  code.when(8, "eq", tcp, known).when(8, "eq", udp, known);
  // What another protocol has in place of ports is none; ICMP's type and code stay in the frame.
  code.set(2, 0).set(3, 0).go(portless).label(known);
  code.load(16, 2, 10, portsAt + (incoming ? 0 : 2)).load(16, 3, 10, portsAt + (incoming ? 2 : 0));
  code.label(portless).store(32, 10, key, 9);
  code
    .store(16, 10, key + 4, 2)
    .store(16, 10, key + 6, 3)
    .store(8, 10, key + 8, 8);
  code.storeNumber(8, 10, key + 9, incoming ? 0 : 1).storeNumber(16, 10, key + 10, 0);
  code.load(16, 7, 10, portsAt + 2).swap16(7);
}

/** Jumps when the packet, of IPv6, is not for ::1. */
function unlessHost6(code: Bytecode, label: string): void {
  readBytes(code, header, 16, () => code.set(2, destination6));
  for (const [index, part] of [0, 0, 0, localhost6].entries())
    code.load(32, 2, 10, header + 4 * index).when(2, "ne", part, label);
}

/** A packet that has not so many bytes is none that a rule could be about. */
function readBytes(code: Bytecode, to: number, count: number, from: () => void): void {
  code.copy(1, 6);
  from();
  code.frameAddress(3, to).set(4, count).call(loadBytesHelper).whenWhole(0, "ne", 0, "drop");
}

/**
 * Register 9 becomes the private address of another machine; the frame has its loopback address for the
 * map of members. This host itself may do all; an address outside needs a route.
 */
function locateRemote(code: Bytecode, placement: PacketPlacement, direction: Direction): void {
  const { networks, rules, nameservers } = placement;
  const outside = code.fresh();
  const located = code.fresh();
  code
    .store(32, 10, member + 4, 9)
    .copy(2, 9)
    .and(2, 0xff)
    .when(2, "ne", 127, outside);
  code.map(1, "owners").frameAddress(2, key).call(lookupHelper).whenWhole(0, "eq", 0, "accept");
  code.load(32, 2, 0, 0).copy(3, 2).and(2, ~hostMark).load(32, 9, 0, 4);
  for (const network of networks) code.when(2, "eq", network, located);
  // A balancer of another network is what it is to the internet.
  const unmarked = code.fresh();
  code.and(3, hostMark).when(3, "eq", 0, unmarked);
  code.set(9, word(someBalancer)).go(outside).label(unmarked);
  code.go("reject").label(outside);
  if (direction === "egress") {
    const onward = code.fresh();
    for (const server of nameservers) {
      const next = code.fresh();
      code.when(9, "ne", word(server), next).when(7, "eq", 53, "accept").label(next);
    }
    for (const { cidr, to } of rules.routes)
      inRange(code, cidr, to === "outside" ? onward : "reject");
    code.go("reject").label(onward);
  }
  code.label(located);
}

/** Jumps when register 9 lies in the range. */
function inRange(code: Bytecode, cidr: string, label: string): void {
  const { base, mask } = maskedWord(cidr);
  if (mask === 0) return void code.when(8, "ge", 0, label);
  if (mask === -1) return void code.when(9, "eq", base, label);
  code.copy(2, 9).and(2, mask).when(2, "eq", base, label);
}

function judgeAcl(code: Bytecode, acl: MachineRules["acl"], direction: Direction): void {
  if (!acl) return;
  const allowed = code.fresh();
  inRange(code, acl.subnet, allowed);
  for (const rule of acl[direction]) {
    const next = code.fresh();
    unlessMatching(code, rule, next);
    inRange(code, rule.cidr, rule.allow ? allowed : "reject");
    code.label(next);
  }
  code.go("reject").label(allowed);
}

/** Answers to what was let through once pass: of TCP all but a connection's first packet, of others what answers a known one. */
function letAnswersPass(code: Bytecode, direction: Direction): void {
  const judged = code.fresh();
  const stateful = code.fresh();
  code.when(8, "ne", tcp, stateful);
  code.load(8, 2, 10, flagsAt).and(2, synAndAck).when(2, "ne", syn, "accept").go(judged);
  code.label(stateful);
  code.storeNumber(8, 10, key + 9, direction === "ingress" ? 1 : 0);
  code.storeNumber(8, 10, key + 10, 1);
  code.map(1, "flows").frameAddress(2, key).call(lookupHelper);
  code.storeNumber(8, 10, key + 9, direction === "ingress" ? 0 : 1);
  code.whenWhole(0, "ne", 0, "accept").label(judged);
}

function allowWhen(code: Bytecode, rule: PacketRule, { groupNumber }: PacketPlacement): void {
  const next = code.fresh();
  unlessMatching(code, rule, next);
  for (const cidr of rule.cidrs) inRange(code, cidr, "accept");
  for (const group of rule.groups) {
    code.storeNumber(32, 10, member, groupNumber(group));
    code.map(1, "members").frameAddress(2, member).call(lookupHelper);
    code.whenWhole(0, "ne", 0, "accept");
  }
  code.label(next);
}

function unlessMatching(code: Bytecode, match: PacketMatch, label: string): void {
  const { protocol, ports, icmp: kind } = match;
  if (protocol !== undefined) code.when(8, "ne", protocol, label);
  if (ports && (protocol === tcp || protocol === udp)) {
    // Read anew for each rule: of a register that it has seen compared with many ports, the kernel's verifier tries each range.
    code.load(16, 2, 10, portsAt + 2).swap16(2);
    if (ports.from > 0) code.when(2, "lt", ports.from, label);
    if (ports.to < 65_535) code.when(2, "gt", ports.to, label);
  }
  if (!kind || protocol !== icmp || kind.type < 0) return;
  code.load(8, 2, 10, portsAt).when(2, "ne", kind.type, label);
  if (kind.code !== undefined && kind.code >= 0)
    code.load(8, 2, 10, portsAt + 1).when(2, "ne", kind.code, label);
}

/** Adds the packet to its conversation; ends at the label. */
function countFlow(code: Bytecode, then: string): void {
  const known = code.fresh();
  const added = code.fresh();
  code.call(nanosecondsHelper).copy(9, 0).load(32, 7, 6, skbLength);
  code.map(1, "flows").frameAddress(2, key).call(lookupHelper).whenWhole(0, "ne", 0, known);
  code.storeNumber(64, 10, value, 1).store(64, 10, value + 8, 7);
  code.store(64, 10, value + 16, 9).store(64, 10, value + 24, 9);
  code.load(8, 2, 10, flagsAt).store(64, 10, value + 32, 2);
  code.map(1, "flows").frameAddress(2, key).frameAddress(3, value).set(4, 0).call(updateHelper);
  code.go(added).label(known);
  code.set(1, 1).addInMemory(0, 0, 1).addInMemory(0, 8, 7).store(64, 0, 24, 9);
  code.load(8, 2, 10, flagsAt).load(64, 3, 0, 32).or(3, 2).store(64, 0, 32, 3);
  code.label(added).go(then);
}

function isOpen({ rules }: PacketPlacement): boolean {
  const anywhere = ({ protocol, cidrs }: PacketRule) =>
    protocol === undefined && cidrs.includes("0.0.0.0/0");
  return (
    rules.egress.some(anywhere) &&
    rules.routes.some(({ cidr, to }) => cidr === "0.0.0.0/0" && to === "outside")
  );
}
