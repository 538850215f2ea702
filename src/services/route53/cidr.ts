/** Blocks of IPv4 and IPv6 addresses. */
import { BlockList, isIP, isIPv4 } from "node:net";

export interface Block {
  address: string;
  prefix: number;
  family: "ipv4" | "ipv6";
}

export function parseCidr(text: string): Block | undefined {
  const [address = "", length = "", ...rest] = text.split("/");
  const version = isIP(address);
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (version === 0 || rest.length > 0 || !(prefix <= (version === 4 ? 32 : 128))) return undefined;
  return { address, prefix, family: version === 4 ? "ipv4" : "ipv6" };
}

/** The block as AWS keeps it; undefined when it is none that Route 53 takes: IPv4 /1 to /24, IPv6 /1 to /48. */
export function normalCidr(text: string): string | undefined {
  const block = parseCidr(text);
  if (!block || block.prefix < 1 || block.prefix > (block.family === "ipv4" ? 24 : 48))
    return undefined;
  return `${block.address.toLowerCase()}/${block.prefix}`;
}
/** A function that says whether an address lies in the block. */
export function within({ address, prefix, family }: Block): (other: string) => boolean {
  const list = new BlockList();
  list.addSubnet(address, prefix, family);
  return (other) => {
    const ipv4 = isIPv4(other);
    return (family === "ipv4") === ipv4 && list.check(other, ipv4 ? "ipv4" : "ipv6");
  };
}
