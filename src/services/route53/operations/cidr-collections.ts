import type { CidrCollectionChange } from "@aws-sdk/client-route-53";
import { paginate } from "#services/kit/pagination.ts";
import { formatArn } from "#services/kit/arn.ts";
import type { Operations } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { normalCidr } from "../cidr.ts";
import {
  blockInUse,
  collectionExists,
  collectionInUse,
  collectionVersion,
  invalidInput,
  limitsExceeded,
  noSuchCollection,
  noSuchLocation,
} from "../errors.ts";
import { limits } from "../limits.ts";
import { pageSize } from "../paging.ts";
import { cidrCollections, ofAccount, recordSets, type CidrCollectionRecord } from "../records.ts";
import type { State } from "../state.ts";
import { beginChange } from "../zones.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateCidrCollection.html and its neighbours */
export const cidrCollectionOperations: Operations<"route53", State> = {
  async CreateCidrCollection({ Name, CallerReference }, context) {
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const present = await cidrCollections.list(tx, scope);
      const same = present.find(
        (one) => one.name === Name || one.callerReference === CallerReference,
      );
      // Asking again for the same collection gives the one that is there.
      if (same && (same.name !== Name || same.callerReference !== CallerReference))
        throw collectionExists();
      if (!same && present.length >= limits.cidrCollections)
        throw limitsExceeded("CIDR collections");
      const created: CidrCollectionRecord = same ?? {
        id: context.random.uuid(),
        name: Name!,
        callerReference: CallerReference!,
        version: 1,
        locations: {},
      };
      if (!same) cidrCollections.put(tx, scope, [created.id], created);
      return {
        Collection: show(created, context.account),
        Location: `https://route53.amazonaws.com/2013-04-01/cidrcollection/${created.id}`,
      };
    });
  },
  async ChangeCidrCollection({ Id, CollectionVersion, Changes = [] }, context) {
    const scope = ofAccount(context);
    return context.store.transaction(async (tx) => {
      const found = await find(tx, scope, Id);
      if (CollectionVersion !== undefined && CollectionVersion !== found.version)
        throw collectionVersion(found.version);
      const locations = change(found, Changes);
      const used = await usedLocations(tx, scope, found.id);
      for (const name of used)
        if (!(name in locations)) throw blockInUse(found.locations[name]?.[0] ?? name);
      cidrCollections.put(tx, scope, [found.id], {
        ...found,
        version: found.version + 1,
        locations,
      });
      // "You can use it as input to GetChange."
      return { Id: beginChange(tx, context).Id };
    });
  },
  async DeleteCidrCollection({ Id }, context) {
    const scope = ofAccount(context);
    await context.store.transaction(async (tx) => {
      const found = await find(tx, scope, Id);
      if (Object.keys(found.locations).length > 0) throw collectionInUse();
      cidrCollections.delete(tx, scope, found.id);
    });
    return {};
  },
  async ListCidrCollections({ NextToken, MaxResults }, context) {
    const found = await context.store.transaction((tx) =>
      cidrCollections.list(tx, ofAccount(context)),
    );
    const page = pageOf(found, ({ id }) => id, NextToken, MaxResults);
    return {
      CidrCollections: page.items.map((one) => show(one, context.account)),
      NextToken: page.nextToken,
    };
  },
  async ListCidrLocations({ CollectionId, NextToken, MaxResults }, context) {
    const found = await context.store.transaction((tx) =>
      find(tx, ofAccount(context), CollectionId),
    );
    const page = pageOf(Object.keys(found.locations).sort(), (name) => name, NextToken, MaxResults);
    return {
      CidrLocations: page.items.map((LocationName) => ({ LocationName })),
      NextToken: page.nextToken,
    };
  },
  async ListCidrBlocks({ CollectionId, LocationName, NextToken, MaxResults }, context) {
    const found = await context.store.transaction((tx) =>
      find(tx, ofAccount(context), CollectionId),
    );
    if (LocationName !== undefined && !(LocationName in found.locations))
      throw noSuchLocation(LocationName);
    const blocks = Object.entries(found.locations)
      .filter(([name]) => LocationName === undefined || name === LocationName)
      .flatMap(([name, cidrs]) => cidrs.map((CidrBlock) => ({ CidrBlock, LocationName: name })))
      .sort((a, b) => (a.CidrBlock < b.CidrBlock ? -1 : 1));
    const page = pageOf(blocks, ({ CidrBlock }) => CidrBlock, NextToken, MaxResults);
    return { CidrBlocks: page.items, NextToken: page.nextToken };
  },
};

function change(
  { locations: present }: CidrCollectionRecord,
  changes: readonly CidrCollectionChange[],
): Record<string, string[]> {
  if (
    changes.reduce((sum, { CidrList = [] }) => sum + CidrList.length, 0) >
    limits.cidrBlocksPerChange
  )
    throw limitsExceeded("CIDR blocks in a change");
  const locations = structuredClone(present);
  for (const { LocationName = "", Action, CidrList = [] } of changes) {
    const blocks = CidrList.map((text) => {
      const block = normalCidr(text);
      if (block === undefined) throw invalidInput(`The CIDR block ${text} is not valid.`);
      return block;
    });
    if (Action === "PUT") {
      for (const [name, taken] of Object.entries(locations))
        for (const block of blocks)
          if (name !== LocationName && taken.includes(block)) throw blockInUse(block);
      locations[LocationName] = [...new Set([...(locations[LocationName] ?? []), ...blocks])];
    } else {
      const left = (locations[LocationName] ?? []).filter((block) => !blocks.includes(block));
      if (left.length > 0) locations[LocationName] = left;
      else delete locations[LocationName];
    }
  }
  const count = Object.values(locations).reduce((sum, blocks) => sum + blocks.length, 0);
  if (count > limits.cidrBlocksPerCollection) throw limitsExceeded("CIDR blocks in a collection");
  return locations;
}

/** Locations that records route by; they may not vanish. */
async function usedLocations(tx: Transaction, scope: Scope, id: string): Promise<Set<string>> {
  const used = new Set<string>();
  for (const { CidrRoutingConfig } of await recordSets.list(tx, scope))
    if (CidrRoutingConfig?.CollectionId === id && CidrRoutingConfig.LocationName !== "*")
      used.add(CidrRoutingConfig.LocationName!);
  return used;
}

async function find(
  tx: Transaction,
  scope: Scope,
  id: string | undefined,
): Promise<CidrCollectionRecord> {
  const found = await cidrCollections.get(tx, scope, id!);
  if (!found) throw noSuchCollection(id!);
  return found;
}

function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  token: string | undefined,
  most: number | undefined,
) {
  const invalidToken = () => invalidInput("The specified NextToken is not valid.");
  return paginate(items, { limit: pageSize(most, limits.listPage), token, keyOf, invalidToken });
}

function show({ id, name, version }: CidrCollectionRecord, account: string) {
  const Arn = formatArn("route53", { region: "", account }, `cidrcollection/${id}`);
  return { Arn, Id: id, Name: name, Version: version };
}
