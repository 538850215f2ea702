/**
 * Programs that let a guarded machine use its network's private addresses: it binds, connects, sends
 * and sees peers under them, while packets go between loopback addresses. Each connection to another
 * machine leaves from the machine's own loopback address, so that its receiver can tell who it is.
 * https://docs.kernel.org/bpf/libbpf/program_types.html (BPF_PROG_TYPE_CGROUP_SOCK_ADDR)
 */
import type { MachineRules } from "../../network-rules.ts";
import type { AddressRules } from "../own-address/programs.ts";
import { hostMark } from "./map-entries.ts";
import {
  ip4,
  ip6,
  localhost,
  localhost6,
  mapped,
  metadataAddress,
  networkPort,
  port,
  sourceIp4,
  stream,
  type,
  word,
} from "../socket-address.ts";
import { Bytecode } from "./bytecode.ts";

export interface FilterProgram {
  /** enum bpf_prog_type: 18 for addresses, 8 for packets. */
  kind: 18 | 8;
  /** enum bpf_attach_type. */
  attachType: number;
  hex: string;
}

/** Which networks the machine is in and reaches, by the numbers that the maps know them under. */
export interface Placement extends AddressRules {
  networks: readonly number[];
  rules: MachineRules;
}

const loopbackByte = 127;

const bindHelper = 64;
const lookupHelper = 1;
const updateHelper = 2;
const cookieHelper = 46;

export function addressPrograms(placement: Placement): FilterProgram[] {
  const made = [
    { attachType: 8, code: bind(placement, 4) },
    { attachType: 9, code: bind(placement, 6) },
    { attachType: 10, code: send(placement, 4, "connect") },
    { attachType: 11, code: send(placement, 6, "connect") },
    { attachType: 14, code: send(placement, 4, "datagram") },
    { attachType: 19, code: showPeer(placement, 4) },
    { attachType: 20, code: showPeer(placement, 6) },
    { attachType: 29, code: showPeer(placement, 4) },
    { attachType: 30, code: showPeer(placement, 6) },
  ];
  return made.map(({ attachType, code }) => ({ kind: 18, attachType, hex: code.hex() }));
}

type Family = 4 | 6;

/** Loads the IPv4 address into register 7, ::ffff:a.b.c.d's too; leaves for other addresses. ::1 and :: become 127.0.0.1 and 0. */
function loadAddress(code: Bytecode, family: Family): void {
  code.copy(6, 1);
  if (family === 4) return void code.load(32, 7, 6, ip4);
  const isMapped = code.fresh();
  const known = code.fresh();
  code.load(32, 2, 6, ip6[0]).when(2, "ne", 0, "leave");
  code.load(32, 2, 6, ip6[1]).when(2, "ne", 0, "leave");
  code.load(32, 7, 6, ip6[3]);
  code.load(32, 2, 6, ip6[2]).when(2, "eq", mapped, isMapped).when(2, "ne", 0, "leave");
  code.when(7, "eq", 0, known).when(7, "ne", localhost6, "leave").set(7, localhost).go(known);
  code.label(isMapped).label(known);
}

/** Writes register 7 as the address, in the form of the family. */
function storeAddress(code: Bytecode, family: Family): void {
  if (family === 4) return void code.store(32, 6, ip4, 7);
  code.set(3, mapped).store(32, 6, ip6[2], 3).store(32, 6, ip6[3], 7);
}

/** All addresses, localhost and the private ones become the machine's own; a port of the kernel's choice clashes with nothing. */
function bind({ address, rules }: Placement, family: Family): Bytecode {
  const code = new Bytecode();
  code.load(32, 2, 1, port).when(2, "eq", 0, "leave");
  loadAddress(code, family);
  code.when(7, "eq", 0, "own").when(7, "eq", localhost, "own");
  for (const own of rules.privateIps) code.when(7, "eq", word(own), "own");
  code.go("leave").label("own").set(7, word(address));
  storeAddress(code, family);
  return code.label("leave").leave(1);
}

function send(placement: Placement, family: Family, kind: "connect" | "datagram"): Bytecode {
  const { address, hostPorts, metadataPort, networks, rules } = placement;
  const code = new Bytecode();
  loadAddress(code, family);
  code.load(32, 8, 6, port);
  code.when(7, "eq", 0, "local").when(7, "eq", localhost, "local");
  if (metadataPort !== undefined && kind === "connect")
    code.when(7, "eq", metadataAddress, "metadata");
  for (const resolver of rules.resolvers) code.when(7, "eq", word(resolver), "resolver");
  code.label("translate");
  for (const own of rules.privateIps) code.when(7, "eq", word(own), "own");
  for (const network of networks) {
    const next = code.fresh();
    code.storeNumber(32, 10, -8, network).store(32, 10, -4, 7);
    code.map(1, "places").frameAddress(2, -8).call(lookupHelper).whenWhole(0, "eq", 0, next);
    code.load(32, 7, 0, 0).go("write").label(next);
  }
  code.go("source");
  if (rules.resolvers.length > 0)
    code
      .label("resolver")
      .when(8, "ne", networkPort(53), "translate")
      // Which of them this socket asks, so that it hears the answer from there.
      .copy(1, 6)
      .call(cookieHelper)
      .store(64, 10, -8, 0)
      .store(32, 10, -12, 7)
      .map(1, "asked")
      .frameAddress(2, -8)
      .frameAddress(3, -12)
      .set(4, 0)
      .call(updateHelper)
      .set(7, word(address))
      .go("write");
  if (metadataPort !== undefined && kind === "connect") {
    code.label("metadata").when(8, "ne", networkPort(80), "leave");
    code.load(32, 2, 6, type).when(2, "ne", stream, "leave");
    code.set(3, networkPort(metadataPort)).store(32, 6, port, 3).go("own");
  }
  code.label("local");
  for (const kept of hostPorts) code.when(8, "eq", networkPort(kept), "leave");
  code.label("own").set(7, word(address)).label("write");
  storeAddress(code, family);
  code.label("source").copy(2, 7).and(2, 0xff).when(2, "ne", loopbackByte, "leave");
  if (kind === "datagram") code.set(2, word(address)).store(32, 6, sourceIp4, 2);
  else bindSource(code, address, family);
  return code.label("leave").leave(1);
}

/** The socket leaves from the machine's address; one that is bound already stays as it is. */
function bindSource(code: Bytecode, address: string, family: Family): void {
  if (family === 4) {
    code.storeNumber(64, 10, -16, 2).storeNumber(64, 10, -8, 0);
    code.storeNumber(32, 10, -12, word(address));
    code.copy(1, 6).frameAddress(2, -16).set(3, 16).call(bindHelper);
    return;
  }
  code.storeNumber(64, 10, -32, 10).storeNumber(64, 10, -24, 0).storeNumber(64, 10, -16, 0);
  code.storeNumber(32, 10, -8, 0).storeNumber(32, 10, -16, mapped);
  code.storeNumber(32, 10, -12, word(address));
  code.copy(1, 6).frameAddress(2, -32).set(3, 28).call(bindHelper);
}

/**
 * Another machine is shown under its private address, the resolver under the one that was asked; the machine itself
 * stays on its loopback. Resolvers of programs take answers only from where they asked.
 */
function showPeer({ address, networks, rules }: Placement, family: Family): Bytecode {
  const code = new Bytecode();
  const hasResolvers = rules.resolvers.length > 0;
  loadAddress(code, family);
  code.when(7, "eq", word(address), hasResolvers ? "resolver" : "leave");
  code.copy(2, 7).and(2, 0xff);
  code.when(2, "ne", loopbackByte, "leave").store(32, 10, -4, 7);
  code.map(1, "owners").frameAddress(2, -4).call(lookupHelper).whenWhole(0, "eq", 0, "leave");
  code.load(32, 2, 0, 0).and(2, ~hostMark).load(32, 7, 0, 4);
  for (const network of networks) code.when(2, "eq", network, "show");
  code.go("leave");
  if (hasResolvers) {
    code.label("resolver").load(32, 2, 6, port).when(2, "ne", networkPort(53), "leave");
    code.copy(1, 6).call(cookieHelper).store(64, 10, -8, 0);
    code.map(1, "asked").frameAddress(2, -8).call(lookupHelper).whenWhole(0, "eq", 0, "leave");
    code.load(32, 7, 0, 0);
  }
  code.label("show");
  storeAddress(code, family);
  return code.label("leave").leave(1);
}
