/**
 * Leads what machines ask the addresses of AWS's resolver, the VPC's third one and 169.254.169.253, to this
 * host's address on their bridge, where Fogbank's DNS server answers.
 * https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram } from "../process/isolation.ts";
import type { MachineNetwork } from "./networks.ts";

const run = promisify(execFile);

const anywhere = "169.254.169.253";

/** Undefined when it is done; else why it cannot be. Doing it again changes nothing. */
export async function redirectResolvers(
  network: MachineNetwork,
  own: string | undefined,
): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "only root may change this host's packet filter";
  const missing = ["iptables", "ip"].find((name) => findProgram(name) === undefined);
  if (missing !== undefined) return `this host has no ${missing}`;
  try {
    // Machines look for it on their own bridge, where somebody has to say that it is there.
    if (own !== undefined && network.exact)
      await run(findProgram("ip")!, ["address", "replace", `${own}/32`, "dev", network.bridge]);
    for (const rule of rulesOf(network, own))
      if (!(await succeeds("-C", rule)))
        await run(findProgram("iptables")!, ["-w", "5", "-t", "nat", "-I", ...rule]);
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return (stderr || message).trim().split("\n")[0]!;
  }
}

/** No error when they are gone already; the address goes with the bridge. */
export async function removeResolverRedirects(
  network: MachineNetwork,
  own: string | undefined,
): Promise<void> {
  if (findProgram("iptables") === undefined || process.getuid?.() !== 0) return;
  for (const rule of rulesOf(network, own)) await succeeds("-D", rule);
}

async function succeeds(flag: "-C" | "-D", rule: readonly string[]): Promise<boolean> {
  try {
    await run(findProgram("iptables")!, ["-w", "5", "-t", "nat", flag, ...rule]);
    return true;
  } catch (error) {
    // The program ran, and there is no such rule.
    if (typeof (error as { code?: unknown }).code === "number") return false;
    throw error;
  }
}

function rulesOf({ bridge, gateway }: MachineNetwork, own: string | undefined): string[][] {
  const addresses = own === undefined ? [anywhere] : [anywhere, own];
  return addresses.flatMap((address) =>
    ["udp", "tcp"].map((protocol) => {
      const from = ["PREROUTING", "-i", bridge, "-d", `${address}/32`, "-p", protocol];
      return [...from, "--dport", "53", "-j", "DNAT", "--to-destination", `${gateway}:53`];
    }),
  );
}
