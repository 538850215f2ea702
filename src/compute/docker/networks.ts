/**
 * A network of the engine per VPC: one bridge with the VPC's CIDR, so that private addresses are real
 * and machines of different VPCs do not see each other.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { BlockList, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import type { Log } from "#runtime/log.ts";
import type { MachineSpec } from "../driver.ts";
import { isMissing, type Engine } from "./engine/engine.ts";
import { labels } from "./labels.ts";

export interface MachineNetwork {
  id: string;
  name: string;
  /** The bridge's interface on this host. */
  bridge: string;
  /** This host's address on the bridge. */
  gateway: string;
  /** Whether machines get the addresses that the cloud gave them; else the engine chooses. */
  exact: boolean;
}

interface InspectedNetwork {
  Id: string;
  IPAM: { Config?: { Subnet: string; Gateway?: string }[] };
  Labels: Record<string, string>;
}

export interface Networks {
  nameOf(wanted: MachineSpec["network"]): string;
  /** Finds or makes it. Rejects where this host has no part in the engine's networks. */
  ensure(wanted: MachineSpec["network"]): Promise<MachineNetwork>;
  remove(network: MachineNetwork): Promise<void>;
}

export function createNetworks(
  engine: Engine,
  { cloud, own, log }: { cloud: string; own: Record<string, string>; log: Log },
): Networks {
  const known = new Map<string, Promise<MachineNetwork>>();
  const nameOf = (wanted: MachineSpec["network"]) => `fogbank-${cloud}-${wanted?.id ?? "none"}`;

  const find = async (name: string): Promise<InspectedNetwork | undefined> => {
    try {
      return await engine.json<InspectedNetwork>("GET", `/networks/${name}`);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  const make = async (name: string, bridge: string, cidr: string | undefined) => {
    const create = (exact: boolean) =>
      engine.call("POST", "/networks/create", {
        body: {
          Name: name,
          CheckDuplicate: true,
          Driver: "bridge",
          Labels: { ...own, ...(exact && { [labels.cidr]: cidr }) },
          Options: { "com.docker.network.bridge.name": bridge },
          ...(exact && {
            IPAM: { Config: [{ Subnet: cidr, Gateway: firstAddress(cidr!) }] },
          }),
        },
      });
    const taken = cidr === undefined ? undefined : overlapOnHost(cidr, bridge);
    if (cidr !== undefined && taken === undefined)
      try {
        await create(true);
        return;
      } catch (error) {
        // Another cloud, region or container network of this host has these addresses.
        if (!/overlap|conflict/i.test((error as Error).message)) throw error;
        warn(cidr, (error as Error).message);
      }
    else if (cidr !== undefined) warn(cidr, `${taken} of this host lies within`);
    await create(false);
  };
  const warn = (cidr: string, reason: string) =>
    log.warn("a VPC's addresses cannot be had; the engine gives its machines others", {
      cidr,
      reason,
    });
  const open = async (wanted: MachineSpec["network"]): Promise<MachineNetwork> => {
    const name = nameOf(wanted);
    const bridge = `fb${createHash("sha256").update(name).digest("hex").slice(0, 10)}`;
    if (!(await find(name))) await make(name, bridge, wanted?.cidr);
    const found = (await find(name))!;
    const config = found.IPAM.Config?.find(({ Subnet }) => Subnet.includes("."));
    const gateway = config?.Gateway?.split("/")[0] ?? firstAddress(config?.Subnet ?? "");
    const exact = found.Labels[labels.cidr] !== undefined;
    const network = { id: found.Id, name, bridge, gateway, exact };
    if (!(await isOurs(gateway))) {
      await remove(network);
      throw new Error(unreachableText);
    }
    return network;
  };
  const remove = async ({ id, name }: MachineNetwork) => {
    known.delete(name);
    await engine.call("DELETE", `/networks/${id}`).catch((error: unknown) => {
      // Somebody else's container may be in it by now; it is found again when the next machine ends.
      log.debug("a network stays for now", { name, error });
    });
  };
  return {
    nameOf,
    async ensure(wanted) {
      const name = nameOf(wanted);
      let opening = known.get(name);
      if (!opening) {
        opening = open(wanted);
        known.set(name, opening);
        opening.catch(() => known.delete(name));
      }
      return opening;
    },
    remove,
  };
}

export const unreachableText =
  "the engine's networks are not on this host (it runs in a virtual machine, as Docker Desktop and Colima do, or without privileges), so nothing here could reach a machine: use --compute process";

/** Whether a server here can listen on the address. */
export function isOurs(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: address, port: 0 }, () => server.close(() => resolve(true)));
  });
}

/** Where AWS's resolver is: "10.0.0.2" of "10.0.0.0/16". */
export function resolverOf(cidr: string): string {
  return addressOf(numberOf(cidr.split("/")[0]!) + 2);
}

/** "10.0.0.1" of "10.0.0.0/16". */
function firstAddress(cidr: string): string {
  return addressOf(numberOf(cidr.split("/")[0]!) + 1);
}

/**
 * An address or route of this host within the range: a bridge there would cut it off. The bridge's
 * own may be left by an engine that died while it made the network.
 */
function overlapOnHost(cidr: string, bridge: string): string | undefined {
  const [base, bits] = cidr.split("/") as [string, string];
  const range = new BlockList();
  range.addSubnet(base, Number(bits), "ipv4");
  for (const [name, addresses] of Object.entries(networkInterfaces()))
    for (const { address, family } of addresses ?? [])
      if (name !== bridge && family === "IPv4" && range.check(address))
        return `${address} (${name})`;
  return routesOfHost().find(
    (route) =>
      route.through !== bridge &&
      (range.check(route.base) || (route.bits >= 8 && contains(route.base, route.bits, base))),
  )?.text;
}

function contains(base: string, bits: number, address: string): boolean {
  const range = new BlockList();
  range.addSubnet(base, bits, "ipv4");
  return range.check(address);
}

/** Routes but for the default one; what other platforms have instead of /proc is not looked at. */
function routesOfHost(): { base: string; bits: number; through: string; text: string }[] {
  let text: string;
  try {
    text = readFileSync("/proc/net/route", "latin1");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))
    .filter((fields) => fields.length > 7 && fields[7] !== "00000000")
    .map((fields) => {
      const base = addressOf(swapped(fields[1]!));
      const bits = swapped(fields[7]!).toString(2).replaceAll("0", "").length;
      const through = fields[0]!;
      return { base, bits, through, text: `the route to ${base}/${bits} (${through})` };
    });
}

const swapped = (hex: string) => Buffer.from(hex, "hex").readUInt32LE(0);

function numberOf(address: string): number {
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}
