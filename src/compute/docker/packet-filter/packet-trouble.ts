/** Loses and delays a container's packets: by its network name space's packet filter and queueing discipline. */
import { execFile } from "node:child_process";
import { ImpossibleImpairment } from "../../driver.ts";
import { findProgram } from "../../process/isolation.ts";
import { whyNoPacketFilter, writeRules } from "./packet-guard.ts";

export interface PacketTrouble {
  /** The part that is lost in each direction, 0 to 1. */
  packetLoss: number;
  /** What those that it sends are late. */
  packetDelayMs: number;
}

/** As an engine names a container's interface; machines have one. */
const device = "eth0";

/**
 * Makes the container suffer exactly this. `pid` is a process in it as this host numbers it, undefined
 * when there is none here. Rejects with ImpossibleImpairment, and changes nothing then.
 */
export async function troublePackets(
  pid: number | undefined,
  { packetLoss, packetDelayMs }: PacketTrouble,
): Promise<void> {
  const lacking =
    whyNoPacketFilter() ??
    (pid === undefined ? "its container's processes are not of this host" : undefined);
  if (lacking !== undefined) {
    if (packetLoss === 0 && packetDelayMs === 0) return;
    throw new ImpossibleImpairment(`a container's packets cannot be lost or delayed: ${lacking}`);
  }
  await delay(pid!, packetDelayMs);
  await writeRules(pid!, lossText(packetLoss));
}

/** The raw table is nobody else's: the rules of security groups are in the filter table, which is written anew with each change. */
export function lossText(part: number): string {
  const lines = ["*raw", ":PREROUTING ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]"];
  const dice = `-m statistic --mode random --probability ${part.toFixed(6)} -j DROP`;
  if (part > 0) lines.push(`-A PREROUTING ! -i lo ${dice}`, `-A OUTPUT ! -o lo ${dice}`);
  return `${lines.join("\n")}\nCOMMIT\n`;
}

async function delay(pid: number, ms: number): Promise<void> {
  const tc = findProgram("tc");
  if (ms === 0) {
    const present = tc === undefined ? "" : await inside(pid, [tc, "qdisc", "show", "dev", device]);
    if (present.includes("netem"))
      await inside(pid, [tc!, "qdisc", "delete", "dev", device, "root"]);
    return;
  }
  if (tc === undefined)
    throw new ImpossibleImpairment("packets cannot be delayed: this host has no tc (iproute2)");
  const words = [tc, "qdisc", "replace", "dev", device, "root", "netem", "delay", `${ms}ms`];
  await inside(pid, words).catch((error: unknown) => {
    throw new ImpossibleImpairment(
      `packets cannot be delayed: the kernel has no network emulator, sch_netem (tc: ${(error as Error).message})`,
    );
  });
}

function inside(pid: number, command: readonly string[]): Promise<string> {
  const rest = [`--target=${pid}`, "--net", "--", ...command];
  return new Promise((resolve, reject) => {
    execFile(findProgram("nsenter")!, rest, { timeout: 10_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error((stderr || error.message).trim().split("\n")[0]));
      else resolve(stdout);
    });
  });
}
