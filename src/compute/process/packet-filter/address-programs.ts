/**
 * Programs that let a guarded machine use its network's private addresses: it binds, connects, sends
 * and sees peers under them, while packets go between loopback addresses. Each connection to another
 * machine leaves from the machine's own loopback address, so that its receiver can tell who it is.
 * https://docs.kernel.org/bpf/libbpf/program_types.html (BPF_PROG_TYPE_CGROUP_SOCK_ADDR)
 */
import { Bytecode } from "../bytecode.ts";
import type { MachineRules } from "../../network-rules.ts";
import {
  bind,
  loadAddress,
  send,
  storeAddress,
  type AddressRules,
  type Family,
} from "../own-address/programs.ts";
import { mapped, networkPort, port, sourceIp4, word } from "../socket-address.ts";
import { hostMark } from "./map-entries.ts";

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
  const { address, rules } = placement;
  const own = { address, privateIps: rules.privateIps };
  const made = [
    { attachType: 8, code: bind(new Bytecode(), own, 4) },
    { attachType: 9, code: bind(new Bytecode(), own, 6) },
    { attachType: 10, code: sendBeyond(placement, 4, "connect") },
    { attachType: 11, code: sendBeyond(placement, 6, "connect") },
    { attachType: 14, code: sendBeyond(placement, 4, "datagram") },
    { attachType: 19, code: showPeer(placement, 4) },
    { attachType: 20, code: showPeer(placement, 6) },
    { attachType: 29, code: showPeer(placement, 4) },
    { attachType: 30, code: showPeer(placement, 6) },
  ];
  return made.map(({ attachType, code }) => ({ kind: 18, attachType, hex: code.hex() }));
}

function sendBeyond(placement: Placement, family: Family, kind: "connect" | "datagram"): Bytecode {
  const { address } = placement;
  return send(new Bytecode(), placement, family, kind, {
    locate: (code) => locate(code, placement),
    setSource(code) {
      code.copy(2, 7).and(2, 0xff).when(2, "ne", loopbackByte, "leave");
      if (kind === "datagram") code.set(2, word(address)).store(32, 6, sourceIp4, 2);
      else bindSource(code, address, family);
    },
  });
}

function locate(code: Bytecode, { address, networks, rules }: Placement): void {
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
