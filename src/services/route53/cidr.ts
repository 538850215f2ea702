/** Blocks of IPv4 and IPv6 addresses. */
import { isIP } from "node:net";

interface Block {
  address: string;
  prefix: number;
  family: "ipv4" | "ipv6";
}

function parseCidr(text: string): Block | undefined {
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
