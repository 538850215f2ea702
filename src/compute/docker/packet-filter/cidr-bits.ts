/** Whether addresses lie in a range. */
import { BlockList } from "node:net";

export function parseCidrBits(cidr: string): (address: string) => boolean {
  const [base, bits = "32"] = cidr.split("/") as [string, string | undefined];
  const range = new BlockList();
  range.addSubnet(base, Number(bits), "ipv4");
  return (address) => range.check(address);
}
