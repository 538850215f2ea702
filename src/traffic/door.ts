/** Who may come in at a balancer's listeners: the inbound rules of its security groups. */
import type { Socket } from "node:net";
import { compileBlocks, type AddressTest } from "./application/cidr.ts";

/** Plain data, so that it can cross a thread. */
export interface InboundRule {
  /** IANA's number; undefined for all. */
  protocol?: number | undefined;
  /** The listener's port, both included. */
  ports?: { from: number; to: number } | undefined;
  /** IPv4 and IPv6 ranges, as clients' addresses show here. */
  blocks: readonly string[];
}

const numbers = { tcp: 6, udp: 17 } as const;

export class Door {
  #names = new Map<string, string>();
  #rules: { rule: InboundRule; includes: AddressTest }[] | undefined;

  /**
   * Without rules everybody comes in. What came in before stays. `names` are what clients are called instead of
   * the address that they connect from.
   */
  configure(
    rules: readonly InboundRule[] | undefined,
    names: Readonly<Record<string, string>> = {},
  ): void {
    this.#names = new Map(Object.entries(names));
    this.#rules = rules?.map((rule) => ({ rule, includes: compileBlocks(rule.blocks) }));
  }

  nameOf(address: string): string {
    return this.#names.get(address) ?? address;
  }

  /** From now on the socket tells what its client is called. */
  introduce(socket: Socket): void {
    const { remoteAddress = "" } = socket;
    const value = this.nameOf(remoteAddress);
    if (value !== remoteAddress) Object.defineProperty(socket, "remoteAddress", { value });
  }

  admits(protocol: keyof typeof numbers, port: number, address: string): boolean {
    return (
      !this.#rules ||
      this.#rules.some(
        ({ rule, includes }) => isAbout(rule, numbers[protocol], port) && includes(address),
      )
    );
  }
}

function isAbout({ protocol, ports }: InboundRule, number: number, port: number): boolean {
  if (protocol === undefined) return true;
  return protocol === number && (!ports || (ports.from <= port && port <= ports.to));
}
