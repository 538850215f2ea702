/** Keeps the machines of guarded networks to their rules: tells the kernel who is who, and gives each machine its programs. */
import type { Log } from "#runtime/log.ts";
import type { NetworkGuard } from "../../driver.ts";
import { nameserversOfHost } from "../../nameservers.ts";
import type { GuardedNetwork, MachineRules } from "../../network-rules.ts";
import { createSerial } from "../../serially.ts";
import { withLoss } from "../own-address/packet-loss.ts";
import type { AddressRules } from "../own-address/programs.ts";
import { addressPrograms } from "./address-programs.ts";
import type { BpfAgent } from "./agent.ts";
import { describeEntries, type MapEntries } from "./map-entries.ts";
import { parseFlows, type FlowCounts } from "./flows.ts";
import { flowKeyBytes, flowValueBytes, packetPrograms } from "./packet-programs.ts";

/** A machine that has a control group: what its programs are attached to and made of. */
export interface GuardedMachine {
  group: string;
  rules: AddressRules;
  /** The map in which its bytes are counted, by number. */
  networkMap: number | undefined;
}

export interface PacketGuard extends NetworkGuard {
  /** The machine is about to boot, or was found running; false when it has no rules or they cannot be enforced. */
  enter(id: string, machine: GuardedMachine): Promise<boolean>;
  leave(id: string): Promise<void>;
  /** Whether a network has rules for the machine, enforced or not. */
  hasRules(id: string): boolean;
  /** Loses this part of the machine's packets from now on; false where its packets are not looked at. */
  lose(id: string, part: number): Promise<boolean>;
  close(): void;
}

const hashMap = 1;
const forgettingMap = 9;
const mostAddresses = 16_384;
const mostFlows = 2048;

export function createPacketGuard({
  log,
  addressOf,
  startAgent,
}: {
  log: Log;
  addressOf: (machineId: string) => string;
  startAgent: () => Promise<BpfAgent>;
}): PacketGuard {
  const networks = new Map<string, GuardedNetwork>();
  const numbers = new Map<string, number>();
  const numberOf = (name: string) => {
    const number = numbers.get(name) ?? numbers.size + 1;
    numbers.set(name, number);
    return number;
  };
  const machines = new Map<
    string,
    GuardedMachine & { attached?: string; packetLoss?: number; counted?: FlowCounts }
  >();
  const told = new Map<string, MapEntries>();
  const serially = createSerial();
  let agent: BpfAgent | undefined;
  let complained = false;
  let closed = false;

  /** The agent with its maps as they should be; a new one begins with nothing. */
  const theAgent = async (): Promise<BpfAgent> => {
    if (agent?.alive) return agent;
    agent = await startAgent();
    told.clear();
    for (const machine of machines.values()) delete machine.attached;
    await agent.ask("map", "places", hashMap, 8, 4, mostAddresses);
    await agent.ask("map", "owners", hashMap, 4, 8, mostAddresses);
    await agent.ask("map", "members", hashMap, 8, 1, mostAddresses * 4);
    await agent.ask("map", "asked", forgettingMap, 8, 4, mostAddresses);
    for (const network of networks.values()) await tell(agent, network);
    return agent;
  };
  const tell = async (to: BpfAgent, network: GuardedNetwork) => {
    const before = told.get(network.id) ?? {};
    const entries = describeEntries(network, { numberOf, addressOf });
    const asked: Promise<string>[] = [];
    for (const key of Object.keys(before))
      if (!(key in entries)) asked.push(to.ask("remove", ...key.split(" ")));
    for (const [key, value] of Object.entries(entries))
      if (before[key] !== value) asked.push(to.ask("put", ...key.split(" "), value));
    await Promise.all(asked);
    told.set(network.id, entries);
  };
  const rulesOf = (id: string): { network: string; rules: MachineRules } | undefined => {
    for (const network of networks.values()) {
      const rules = network.machines.get(id);
      if (rules) return { network: network.id, rules };
    }
    return undefined;
  };
  const attach = async (to: BpfAgent, id: string, nameservers = nameserversOfHost()) => {
    const machine = machines.get(id);
    const guarded = rulesOf(id);
    if (!machine || !guarded) return false;
    const { network, rules } = guarded;
    const { networkMap, packetLoss = 0 } = machine;
    // All that the programs are made of: a member more or less changes none of them.
    const made = JSON.stringify([
      machine.rules,
      networkMap,
      packetLoss,
      network,
      rules,
      nameservers,
    ]);
    if (machine.attached === made) return true;
    const placement = {
      ...machine.rules,
      rules,
      networks: [network, ...rules.reaches].map(numberOf),
      nameservers,
      groupNumber: numberOf,
      counts: networkMap !== undefined,
    };
    const programs = [
      ...addressPrograms(placement),
      ...withLoss(packetPrograms(placement), packetLoss),
    ];
    const name = id.replaceAll(/\W/g, "_");
    const text = programs
      .map(({ kind, attachType, hex }) => `${kind}:${attachType}:${hex}`)
      .join(" ")
      .replaceAll("{flows}", `{flows_${name}}`)
      .replaceAll("{counters}", `{counters_${name}}`);
    if (machine.attached === undefined)
      await to.ask("map", `flows_${name}`, forgettingMap, flowKeyBytes, flowValueBytes, mostFlows);
    if (networkMap !== undefined) await to.ask("open", `counters_${name}`, networkMap);
    try {
      await to.ask("attach", machine.group, text);
    } finally {
      await to.ask("close", `counters_${name}`);
    }
    machine.attached = made;
    return true;
  };
  /** What the kernel refuses is said once; machines run on without it. */
  const guarded = async (step: (to: BpfAgent) => Promise<boolean>): Promise<boolean> => {
    if (closed) return false;
    try {
      return await step(await theAgent());
    } catch (error) {
      if (!complained) log.warn("security groups are not enforced between machines", { error });
      complained = true;
      return false;
    }
  };

  return {
    describe: (network) =>
      serially("guard", async () => {
        networks.set(network.id, network);
        if (machines.size === 0) return;
        await guarded(async (to) => {
          await tell(to, network);
          return true;
        });
        const nameservers = nameserversOfHost();
        for (const id of network.machines.keys())
          if (machines.has(id)) await guarded((to) => attach(to, id, nameservers));
      }),
    enter: (id, machine) =>
      serially("guard", async () => {
        machines.set(id, machine);
        return rulesOf(id) !== undefined && guarded((to) => attach(to, id));
      }),
    lose: (id, packetLoss) =>
      serially("guard", async () => {
        const machine = machines.get(id);
        if (!machine) return false;
        machine.packetLoss = packetLoss;
        return machine.attached !== undefined && guarded((to) => attach(to, id));
      }),
    leave: (id) =>
      serially("guard", async () => {
        const machine = machines.get(id);
        machines.delete(id);
        if (machine?.attached !== undefined && agent?.alive)
          await agent.ask("close", `flows_${id.replaceAll(/\W/g, "_")}`);
      }),
    hasRules: (id) => rulesOf(id) !== undefined,
    translates: (id) => machines.get(id)?.attached !== undefined,
    takeFlows: (id) =>
      serially("guard", async () => {
        const machine = machines.get(id);
        if (machine?.attached === undefined || !agent?.alive) return undefined;
        const text = await agent.ask("dump", `flows_${id.replaceAll(/\W/g, "_")}`);
        const { flows, counts } = parseFlows(text, machine.counted, (host) =>
          privateAddressOf(told, host),
        );
        machine.counted = counts;
        return flows;
      }),
    close() {
      closed = true;
      agent?.close();
    },
  };
}

/** What the network calls a loopback address; undefined for this host's own. */
function privateAddressOf(told: ReadonlyMap<string, MapEntries>, hostHex: string) {
  for (const entries of told.values()) {
    const value = entries[`owners ${hostHex}`];
    if (value !== undefined) return value.slice(8);
  }
  return undefined;
}
