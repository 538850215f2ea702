/** A network as entries of the kernel's maps: where private addresses are, whose loopback addresses are, who is in which group. */
import type { GuardedNetwork } from "../../network-rules.ts";

/** Values by "MAP KEY", both in hexadecimal. */
export type MapEntries = Record<string, string>;

/** Added to the network's number of an owner that is no machine but a program of this host, as a balancer is. */
export const hostMark = 0x80000000;

export function describeEntries(
  network: GuardedNetwork,
  given: { numberOf: (name: string) => number; addressOf: (machineId: string) => string },
): MapEntries {
  const number = numberHex(given.numberOf(network.id));
  const entries: MapEntries = {};
  for (const { privateIp, at, groups } of network.members) {
    const host = addressHex("host" in at ? at.host : given.addressOf(at.machineId));
    const own = addressHex(privateIp);
    entries[`places ${number}${own}`] = host;
    // A machine speaks from one address; its first is the primary one.
    const owner = "host" in at ? numberHex(given.numberOf(network.id) + hostMark) : number;
    entries[`owners ${host}`] ??= `${owner}${own}`;
    for (const group of groups)
      entries[`members ${numberHex(given.numberOf(group))}${host}`] = "01";
  }
  return entries;
}

function addressHex(address: string): string {
  return Buffer.from(address.split(".").map(Number)).toString("hex");
}

function numberHex(number: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes.toString("hex");
}
