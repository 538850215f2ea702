/**
 * Small eBPF programs that the kernel runs when a process of a machine binds or connects a socket.
 * They give each machine its own loopback address without a network of its own:
 * a server that listens on all addresses, or on localhost, listens on the machine's address instead;
 * a connection to localhost goes there, too; one to 169.254.169.254 finds the machine's metadata.
 * Two machines can then both listen on port 80, and the way out to the internet is the host's.
 * https://docs.kernel.org/bpf/libbpf/program_types.html (BPF_PROG_TYPE_CGROUP_SOCK_ADDR)
 */
import { Bytecode } from "../bytecode.ts";
import {
  ip4,
  ip6,
  localhost,
  localhost6,
  mapped,
  metadataAddress,
  networkPort,
  port,
  socket,
  socketMark,
  stream,
  type,
  word,
} from "../socket-address.ts";
import { ipv6OnlyMark } from "./ipv6-only.ts";

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
  hex: string;
}

export type Family = 4 | 6;

/** For a machine that no network guards: datagrams are left alone. */
export function addressPrograms(rules: AddressRules): AddressProgram[] {
  const made = [
    { attachType: 8, code: bind(onlyStreams(), rules, 4) },
    { attachType: 9, code: bind(onlyStreams(), rules, 6) },
    { attachType: 10, code: send(onlyStreams(), rules, 4, "connect") },
    { attachType: 11, code: send(onlyStreams(), rules, 6, "connect") },
  ];
  return made.map(({ attachType, code }) => ({ attachType, hex: code.hex() }));
}

function onlyStreams(): Bytecode {
  return new Bytecode().load(32, 2, 1, type).when(2, "ne", stream, "leave");
}

/** Loads the IPv4 address into register 7, ::ffff:a.b.c.d's too; leaves for other addresses. ::1 and :: become 127.0.0.1 and 0. */
export function loadAddress(code: Bytecode, family: Family): void {
  code.copy(6, 1);
  if (family === 4) return void code.load(32, 7, 6, ip4);
  const known = code.fresh();
  code.load(32, 2, 6, ip6[0]).when(2, "ne", 0, "leave");
  code.load(32, 2, 6, ip6[1]).when(2, "ne", 0, "leave");
  code.load(32, 7, 6, ip6[3]);
  code.load(32, 2, 6, ip6[2]).when(2, "eq", mapped, known).when(2, "ne", 0, "leave");
  code.when(7, "eq", 0, known).when(7, "ne", localhost6, "leave").set(7, localhost);
  code.label(known);
}

/** Writes register 7 as the address, in the form of the family. */
export function storeAddress(code: Bytecode, family: Family): void {
  if (family === 4) return void code.store(32, 6, ip4, 7);
  code.set(3, mapped).store(32, 6, ip6[2], 3).store(32, 6, ip6[3], 7);
}

/**
 * All addresses, localhost and the private ones become the machine's own. All addresses with a port of the kernel's
 * choice stay: that clashes with nothing, and a socket that is bound so may be about to connect to anywhere.
 */
export function bind(
  code: Bytecode,
  { address, privateIps = [] }: { address: string; privateIps?: readonly string[] },
  family: Family,
): Bytecode {
  loadAddress(code, family);
  if (family === 4) code.when(7, "eq", localhost, "own");
  else {
    // Of a datagram to ::1 the kernel does not let the address be changed: who is to hear it stays there.
    const other = code.fresh();
    code.when(7, "ne", localhost, other).load(32, 2, 6, type).when(2, "eq", stream, "own");
    code.load(32, 2, 6, port).when(2, "ne", 0, "own").go("leave").label(other);
  }
  for (const own of privateIps) code.when(7, "eq", word(own), "own");
  code.when(7, "ne", 0, "leave").load(32, 2, 6, port).when(2, "eq", 0, "leave").label("own");
  if (family === 6) standAside(code);
  code.set(7, word(address));
  storeAddress(code, family);
  return code.label("leave").leave(1);
}

/**
 * A socket for IPv6 alone cannot have the machine's address. Nothing in a machine speaks IPv6, so that it is bound
 * where it hears nobody and takes nobody's port; who connects to ::1 comes to the machine's own address.
 */
function standAside(code: Bytecode): void {
  const both = code.fresh();
  code.load(64, 2, 6, socket).load(32, 2, 2, socketMark).when(2, "ne", ipv6OnlyMark, both);
  code.set(2, 0).store(32, 6, port, 2).store(32, 6, ip6[2], 2);
  code.set(2, localhost6).store(32, 6, ip6[3], 2).go("leave").label(both);
}

/** What a guarded network adds to `send`. */
interface Beyond {
  /** Looks at other addresses, in register 7; register 8 has the port. It goes to "own", "write" or "source", as all do that it labels. */
  locate(code: Bytecode): void;
  /** Runs when the address has been written, before the call goes on. */
  setSource(code: Bytecode): void;
}

export function send(
  code: Bytecode,
  { address, hostPorts, metadataPort }: AddressRules,
  family: Family,
  kind: "connect" | "datagram",
  beyond?: Beyond,
): Bytecode {
  const hasMetadata = metadataPort !== undefined && kind === "connect";
  loadAddress(code, family);
  code.load(32, 8, 6, port);
  code.when(7, "eq", 0, "local").when(7, "eq", localhost, "local");
  if (hasMetadata) code.when(7, "eq", metadataAddress, "metadata");
  if (beyond) beyond.locate(code);
  else code.go("leave");
  if (hasMetadata) {
    code.label("metadata").when(8, "ne", networkPort(80), "leave");
    code.load(32, 2, 6, type).when(2, "ne", stream, "leave");
    code.set(3, networkPort(metadataPort)).store(32, 6, port, 3).go("own");
  }
  code.label("local");
  for (const kept of hostPorts) code.when(8, "eq", networkPort(kept), "leave");
  code.label("own").set(7, word(address)).label("write");
  storeAddress(code, family);
  code.label("source");
  beyond?.setSource(code);
  return code.label("leave").leave(1);
}
