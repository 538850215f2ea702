/**
 * Leads machines' connections to 169.254.169.254:80 to the metadata relay of their bridge. The rule
 * names the bridge's interface, so neither this host's own requests (it may be an instance itself)
 * nor other containers' are touched.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram } from "../process/isolation.ts";
import type { MachineNetwork } from "./networks.ts";

const run = promisify(execFile);

/** Undefined when it is done; else why it cannot be. */
export async function redirectMetadata(
  { bridge, gateway }: MachineNetwork,
  port: number,
): Promise<string | undefined> {
  const rule = ruleOf(bridge, gateway, port);
  const program = findProgram("iptables");
  if (process.getuid?.() !== 0) return "only root may change this host's packet filter";
  if (program === undefined) return "this host has no iptables";
  try {
    await run(program, ["-w", "5", "-t", "nat", "-C", ...rule]);
    return undefined;
  } catch {
    // It is not there yet.
  }
  try {
    await run(program, ["-w", "5", "-t", "nat", "-I", ...rule]);
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return (stderr || message).trim().split("\n")[0]!;
  }
}

/** No error when it is gone already. */
export async function removeRedirect(
  { bridge, gateway }: MachineNetwork,
  port: number,
): Promise<void> {
  const program = findProgram("iptables");
  if (program === undefined || process.getuid?.() !== 0) return;
  await run(program, ["-w", "5", "-t", "nat", "-D", ...ruleOf(bridge, gateway, port)]).catch(
    (error: Error & { code?: number }) => {
      if (typeof error.code !== "number") throw error;
    },
  );
}

function ruleOf(bridge: string, gateway: string, port: number): string[] {
  const from = ["PREROUTING", "-i", bridge, "-d", "169.254.169.254/32", "-p", "tcp"];
  return [...from, "--dport", "80", "-j", "DNAT", "--to-destination", `${gateway}:${port}`];
}
