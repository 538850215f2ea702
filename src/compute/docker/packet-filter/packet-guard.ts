/** Keeps containers to the rules of their networks: writes these into the packet filter of each one's network name space. */
import { execFile } from "node:child_process";
import type { Log } from "#runtime/log.ts";
import type { NetworkGuard } from "../../driver.ts";
import { nameserversOfHost } from "../../nameservers.ts";
import type { GuardedNetwork } from "../../network-rules.ts";
import { findProgram } from "../../process/isolation.ts";
import { createSerial } from "../../serially.ts";
import { ruleText } from "./rule-text.ts";

export interface GuardedContainer {
  id: string;
  /** Its first process, as this host numbers it. */
  pid: number;
  /** Its address on the bridge. */
  address: string;
  /** This host's address there. */
  gateway: string;
}

export interface ContainerGuard extends NetworkGuard {
  /** The container was started: its name space has no rules yet. */
  enter(container: GuardedContainer): Promise<void>;
  leave(id: string): void;
}

/** Undefined where rules can be written; for `fogbank doctor`, too. */
export function whyNoPacketFilter(): string | undefined {
  if (process.getuid?.() !== 0) return "only root may filter a container's packets";
  const missing = ["nsenter", "iptables-restore"].filter((name) => !findProgram(name));
  return missing.length > 0 ? `this host has no ${missing.join(" and no ")}` : undefined;
}

/** What a new machine's console says first; undefined when nothing is missing. */
export function remarkOf(remark: string | undefined, isGuarded: boolean): string | undefined {
  const lacking = isGuarded ? whyNoPacketFilter() : undefined;
  const missing = lacking && `security groups are not enforced for this machine: ${lacking}`;
  return remark && missing ? `${remark}; ${missing}` : (remark ?? missing);
}

export function createContainerGuard(log: Log): ContainerGuard {
  const networks = new Map<string, GuardedNetwork>();
  const containers = new Map<string, GuardedContainer & { applied?: string }>();
  const serially = createSerial();
  let complained = false;

  const complain = (reason: unknown) => {
    if (!complained) log.warn("security groups are not enforced between machines", { reason });
    complained = true;
  };
  const apply = async (id: string) => {
    const container = containers.get(id);
    const network = [...networks.values()].find(({ machines }) => machines.has(id));
    if (!container || !network) return;
    const text = ruleText(network.machines.get(id)!, {
      network,
      gateway: container.gateway,
      nameservers: nameserversOfHost(),
      addressOf: (machineId) => containers.get(machineId)?.address,
    });
    if (container.applied === text) return;
    try {
      await writeRules(container.pid, text);
      container.applied = text;
    } catch (error) {
      complain((error as Error).message);
    }
  };
  return {
    describe: (network) =>
      serially("guard", async () => {
        networks.set(network.id, network);
        const lacking = whyNoPacketFilter();
        if (lacking !== undefined) return complain(lacking);
        for (const id of network.machines.keys()) await apply(id);
      }),
    enter: (container) =>
      serially("guard", async () => {
        containers.set(container.id, container);
        if (whyNoPacketFilter() === undefined) await apply(container.id);
      }),
    translates: () => false,
    leave: (id) => void containers.delete(id),
    // What a container's conversations carried is counted only where the kernel's tracking tells it to everybody.
    takeFlows: async () => undefined,
  };
}

/** Replaces the tables that the text holds, in the network name space of that process. */
export function writeRules(pid: number, text: string): Promise<void> {
  const program = findProgram("nsenter")!;
  const rest = [`--target=${pid}`, "--net", "--", findProgram("iptables-restore")!, "-w", "5"];
  return new Promise((resolve, reject) => {
    const child = execFile(program, rest, { timeout: 10_000 }, (error, _stdout, stderr) => {
      if (error) reject(new Error((stderr || error.message).trim().split("\n")[0]));
      else resolve();
    });
    // A reader that ended early has said why on its other stream.
    child.stdin!.on("error", () => undefined);
    child.stdin!.end(text);
  });
}
