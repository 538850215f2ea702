/** Ids as Route 53 makes and takes them. */
import type { Random } from "#runtime/random.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** "Z" for zones, "C" for changes, "N" for delegation sets, then twenty characters. */
export function drawId(random: Random, letter: "Z" | "C" | "N"): string {
  return `${letter}${random.string(20, alphabet)}`;
}

/** Clients may give "/hostedzone/Z1…" or "Z1…". */
export function bareId(id: string | undefined): string {
  return (id ?? "").replace(/^\/?(?:hostedzone|change|delegationset|healthcheck)\//, "");
}

/** Four name servers under four top-level domains, none of those taken while others are left. */
export function drawNameServers(random: Random, taken: ReadonlySet<string> = new Set()): string[] {
  const server = (block: number, domain: string) => {
    const drawn = Math.floor(random.next() * 512);
    const nameAfter = (steps: number) => {
      const number = block * 512 + ((drawn + steps) % 512);
      return `ns-${number}.awsdns-${String(number % 64).padStart(2, "0")}.${domain}`;
    };
    let steps = 0;
    while (steps < 511 && taken.has(nameAfter(steps))) steps++;
    return nameAfter(steps);
  };
  return [server(3, "co.uk"), server(0, "com"), server(2, "org"), server(1, "net")];
}

/** Of every private zone: nobody can ask them. */
export const privateNameServers = [
  "ns-1536.awsdns-00.co.uk",
  "ns-0.awsdns-00.com",
  "ns-1024.awsdns-00.org",
  "ns-512.awsdns-00.net",
];
