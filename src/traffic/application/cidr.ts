/** Blocks of IPv4 and IPv6 addresses. */
import { BlockList, isIP } from "node:net";

export type AddressTest = (address: string) => boolean;

/** Undefined when the text is no block in CIDR notation. */
export function parseBlock(
  text: string,
): { address: string; prefix: number; family: 4 | 6 } | undefined {
  const match = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text);
  const family = match ? isIP(match[1]!) : 0;
  if (!match || family === 0) return undefined;
  const prefix = Number(match[2]);
  if (prefix > (family === 4 ? 32 : 128)) return undefined;
  return { address: match[1]!, prefix, family: family as 4 | 6 };
}

export function compileBlocks(blocks: readonly string[]): AddressTest {
  // A list of its own per family: ::/0 is not meant to hold IPv4 clients.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const text of blocks) {
    const block = parseBlock(text);
    if (!block) continue;
    const family = block.family === 4 ? "ipv4" : "ipv6";
    lists[family].addSubnet(block.address, block.prefix, family);
  }
  return (address) => {
    // An IPv4 client on a dual-stack socket shows as ::ffff:1.2.3.4.
    const plain = address.startsWith("::ffff:") ? address.slice(7) : address;
    const version = isIP(plain);
    const family = version === 4 ? "ipv4" : "ipv6";
    return version !== 0 && lists[family].check(plain, family);
  };
}
