/**
 * Small eBPF programs that the kernel runs when a process of a machine binds or connects a TCP
 * socket. They give each machine its own loopback address without a network of its own:
 * a server that listens on all addresses, or on localhost, listens on the machine's address instead;
 * a connection to localhost goes there, too; one to 169.254.169.254 finds the machine's metadata.
 * Two machines can then both listen on port 80, and the way out to the internet is the host's.
 * https://docs.kernel.org/bpf/libbpf/program_types.html (BPF_PROG_TYPE_CGROUP_SOCK_ADDR)
 */
import {
  ip4,
  ip6,
  localhost,
  localhost6,
  mapped,
  metadataAddress,
  networkPort,
  port,
  stream,
  type,
  word,
} from "../socket-address.ts";
import { assemble, type Instruction } from "./assembler.ts";

export interface AddressRules {
  /** "127.80.3.4" */
  address: string;
  /** Ports of 127.0.0.1 that stay the host's: where the machine finds the cloud. */
  hostPorts: readonly number[];
  /** Where on the machine's address its metadata is served. */
  metadataPort?: number | undefined;
}

export interface AddressProgram {
  /** BPF_CGROUP_INET4_BIND and its like (enum bpf_attach_type). */
  attachType: number;
  code: Buffer;
}

const anywhere = 0;

export function addressPrograms(rules: AddressRules): AddressProgram[] {
  return [
    { attachType: 8, code: assemble(bind4(rules)) },
    { attachType: 9, code: assemble(bind6(rules)) },
    { attachType: 10, code: assemble(connect4(rules)) },
    { attachType: 11, code: assemble(connect6(rules)) },
  ];
}

/** Datagrams are left alone, and so is a port of the kernel's choice, which clashes with nothing. */
function onlyStreams(): Instruction[] {
  return [{ load: type }, { unless: stream, jump: "leave" }];
}

function bind4({ address }: AddressRules): Instruction[] {
  return [
    ...onlyStreams(),
    { load: port },
    { when: 0, jump: "leave" },
    { load: ip4 },
    { when: anywhere, jump: "own" },
    { unless: localhost, jump: "leave" },
    { label: "own" },
    { store: ip4, value: word(address) },
    { label: "leave" },
  ];
}

function connect4({ address, hostPorts, metadataPort }: AddressRules): Instruction[] {
  const own: Instruction[] = [
    { when: anywhere, jump: "own" },
    { unless: localhost, jump: "leave" },
    { label: "own" },
    ...keepHostPorts(hostPorts),
    { store: ip4, value: word(address) },
  ];
  // The kernel takes no program with a part that is never reached.
  if (metadataPort === undefined)
    return [...onlyStreams(), { load: ip4 }, ...own, { label: "leave" }];
  return [
    ...onlyStreams(),
    { load: ip4 },
    { when: metadataAddress, jump: "metadata" },
    ...own,
    { jump: "leave" },
    { label: "metadata" },
    { load: port },
    { unless: networkPort(80), jump: "leave" },
    { store: ip4, value: word(address) },
    { store: port, value: networkPort(metadataPort) },
    { label: "leave" },
  ];
}

function bind6({ address }: AddressRules): Instruction[] {
  return [
    ...onlyStreams(),
    { load: port },
    { when: 0, jump: "leave" },
    ...localIn6(),
    ...storeMapped(address),
    { label: "leave" },
  ];
}

function connect6({ address, hostPorts }: AddressRules): Instruction[] {
  return [
    ...onlyStreams(),
    ...localIn6(),
    ...keepHostPorts(hostPorts),
    ...storeMapped(address),
    { label: "leave" },
  ];
}

/** Goes on for ::, ::1, ::ffff:0.0.0.0 and ::ffff:127.0.0.1, leaves for all others. */
function localIn6(): Instruction[] {
  return [
    { load: ip6[0] },
    { unless: 0, jump: "leave" },
    { load: ip6[1] },
    { unless: 0, jump: "leave" },
    { load: ip6[2] },
    { when: mapped, jump: "mapped" },
    { unless: 0, jump: "leave" },
    { load: ip6[3] },
    { when: anywhere, jump: "own" },
    { unless: localhost6, jump: "leave" },
    { jump: "own" },
    { label: "mapped" },
    { load: ip6[3] },
    { when: anywhere, jump: "own" },
    { unless: localhost, jump: "leave" },
    { label: "own" },
  ];
}

function storeMapped(address: string): Instruction[] {
  return [
    { store: ip6[2], value: mapped },
    { store: ip6[3], value: word(address) },
  ];
}

function keepHostPorts(ports: readonly number[]): Instruction[] {
  if (ports.length === 0) return [];
  return [{ load: port }, ...ports.map((kept) => ({ when: networkPort(kept), jump: "leave" }))];
}
