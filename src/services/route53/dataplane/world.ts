/** All that the server knows: zones by name, health, names of Fogbank's own, places. */
import type { Random } from "#runtime/random.ts";
import { parseCidr, within } from "../cidr.ts";
import { createFindPlace, type FindPlace } from "./client-location.ts";
import type { CommonConfig, NameConfig, ZoneChange, ZoneConfig } from "./config.ts";
import { changeNames, indexZone, parentOf, type IndexedZone } from "./index-zone.ts";

export interface Client {
  address: string;
  /** The address that a resolver asks for, of EDNS client subnet. */
  subnetAddress: string | undefined;
  /** How many bits of that address the resolver tells; all of them without it. */
  subnetPrefix?: number | undefined;
  /** Undefined for this host. */
  vpcId: string | undefined;
  /** The Availability Zone of a machine. */
  zone?: string | undefined;
}

export interface World {
  readonly random: Random;
  readonly health: ReadonlyMap<string, boolean>;
  readonly gatewayHost: string;
  readonly defaultRegion: string;
  readonly findPlace: FindPlace;
  zoneById(id: string): IndexedZone | undefined;
  /** The zone that answers for a name; undefined when there is none for this client. */
  zoneFor(name: string, client: Client): IndexedZone | undefined;
  ownName(name: string, vpcId: string | undefined): NameConfig | undefined;
  /** The private name of the machine with the address, for others of its VPC. */
  nameOf(address: string, vpcId: string): string | undefined;
  cidrLocation(collectionId: string, client: Client): string | undefined;
  readonly isLogged: (zoneId: string) => boolean;
  setZone(config: ZoneConfig): void;
  changeZone(change: ZoneChange): void;
  removeZone(id: string): void;
  setCommon(config: CommonConfig): void;
}

interface CompiledBlock {
  prefix: number;
  location: string;
  matches: (address: string) => boolean;
}

export function createWorld(random: Random): World {
  const byId = new Map<string, IndexedZone>();
  const byName = new Map<string, IndexedZone[]>();
  let health = new Map<string, boolean>();
  let names = new Map<string, NameConfig[]>();
  /** By VPC and address. */
  let reverse = new Map<string, string>();
  let collections = new Map<string, CompiledBlock[]>();
  let findPlace: FindPlace = () => undefined;
  let loggedZones = new Set<string>();
  let gatewayHost = "127.0.0.1";
  let defaultRegion = "us-east-1";

  const forget = (id: string) => {
    const zone = byId.get(id);
    if (!zone) return;
    byId.delete(id);
    const left = (byName.get(zone.name) ?? []).filter((one) => one !== zone);
    if (left.length > 0) byName.set(zone.name, left);
    else byName.delete(zone.name);
  };
  const closest = (name: string, accepts: (zone: IndexedZone) => boolean) => {
    for (let at = name; ; at = parentOf(at)) {
      const found = byName.get(at)?.find(accepts);
      if (found || at === ".") return found;
    }
  };
  return {
    random,
    get health() {
      return health;
    },
    get gatewayHost() {
      return gatewayHost;
    },
    get defaultRegion() {
      return defaultRegion;
    },
    get findPlace() {
      return findPlace;
    },
    zoneById: (id) => byId.get(id),
    zoneFor(name, { vpcId }) {
      // A machine's resolver looks into its VPC's zones first, and no further where one of them fits:
      // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
      if (vpcId !== undefined) {
        const own = closest(name, (zone) => zone.isPrivate && zone.vpcs.has(vpcId));
        return own ?? closest(name, (zone) => !zone.isPrivate);
      }
      return closest(name, (zone) => !zone.isPrivate) ?? closest(name, (zone) => zone.isPrivate);
    },
    ownName: (name, vpcId) => {
      const found = names.get(name.toLowerCase().replace(/\.$/, ""));
      const own =
        found?.find((one) => one.vpcId !== undefined && one.vpcId === vpcId) ??
        found?.find((one) => one.vpcId === undefined || vpcId === undefined);
      return own?.inside && own.inside.vpcId === vpcId
        ? { ...own, addresses: own.inside.addresses }
        : own;
    },
    nameOf: (address, vpcId) => reverse.get(`${vpcId} ${address}`),
    // A query from a block shorter than the one that a collection has does not match it:
    // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-ipbased.html
    cidrLocation: (id, { address, subnetAddress, subnetPrefix = Number.POSITIVE_INFINITY }) =>
      collections
        .get(id)
        ?.find(({ prefix, matches }) => prefix <= subnetPrefix && matches(subnetAddress ?? address))
        ?.location,
    isLogged: (zoneId) => loggedZones.has(zoneId),
    setZone(config) {
      forget(config.id);
      const zone = indexZone(config);
      byId.set(zone.id, zone);
      const all = [...(byName.get(zone.name) ?? []), zone];
      byName.set(
        zone.name,
        all.sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1)),
      );
    },
    changeZone({ id, names: changed }) {
      const zone = byId.get(id);
      if (!zone) throw new Error(`the zone ${id} is not known`);
      changeNames(zone, changed);
    },
    removeZone: forget,
    setCommon(config) {
      if (config.health) health = new Map(Object.entries(config.health));
      if (config.names) {
        names = Map.groupBy(config.names, ({ name }) => name.toLowerCase());
        reverse = reverseOf(config.names);
      }
      if (config.loggedZones) loggedZones = new Set(config.loggedZones);
      if (config.locations) findPlace = createFindPlace(config.locations);
      if (config.gatewayHost !== undefined) ({ gatewayHost } = config);
      if (config.defaultRegion !== undefined) ({ defaultRegion } = config);
      if (config.collections)
        collections = new Map(
          Object.entries(config.collections).map(([id, locations]) => [id, compile(locations)]),
        );
    },
  };
}

/** Of several names of an address the first is its own. */
function reverseOf(names: readonly NameConfig[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, addresses, inside, vpcId } of names) {
    if (vpcId === undefined) continue;
    for (const address of inside?.addresses ?? addresses) {
      const key = `${vpcId} ${address}`;
      if (!found.has(key)) found.set(key, name);
    }
  }
  return found;
}

/** The longest blocks first: the most specific one counts. */
function compile(locations: Record<string, string[]>): CompiledBlock[] {
  return Object.entries(locations)
    .flatMap(([location, cidrs]) =>
      cidrs.flatMap((cidr) => {
        const block = parseCidr(cidr);
        return block ? [{ prefix: block.prefix, location, matches: within(block) }] : [];
      }),
    )
    .sort((a, b) => b.prefix - a.prefix);
}
