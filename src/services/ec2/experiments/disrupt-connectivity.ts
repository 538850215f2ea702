/**
 * Cuts subnets off as FIS does it: their access list is cloned with denials in front, the clone is
 * put in its place, and at the end the original comes back.
 * https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html#disrupt-connectivity
 */
import type { Scope } from "#store/collection.ts";
import { collection } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Random } from "#runtime/random.ts";
import { newId } from "../ids.ts";
import { contains, formatCidr, overlap, parseCidr, type Cidr } from "../network/cidr.ts";
import { prefixLists, readPrefixCidrs } from "../network/managed-prefix-lists.ts";
import {
  networkAcls,
  subnets,
  vpcs,
  type AclEntry,
  type NetworkAclRecord,
  type SubnetRecord,
} from "../network/records.ts";

export const scopes = ["all", "availability-zone", "prefix-list", "vpc"] as const;
export type DisruptionScope = (typeof scopes)[number];

interface Disruption {
  subnetId: string;
  cloneId: string;
  originalId: string;
}

/** By the name of the action and the subnet. */
const disruptions = collection<Disruption>("ec2", "disrupted-subnet");

export interface Cut {
  /** The same name once more changes nothing. */
  name: string;
  subnetIds: readonly string[];
  scope: DisruptionScope;
  prefixListIdentifier?: string | undefined;
}

export async function disrupt(
  tx: Transaction,
  place: Scope,
  random: Random,
  { name, subnetIds, scope, prefixListIdentifier }: Cut,
): Promise<void> {
  for (const subnetId of subnetIds) {
    if (await disruptions.get(tx, place, name, subnetId)) continue;
    const subnet = await subnets.get(tx, place, subnetId);
    if (!subnet) continue;
    const original = (await networkAcls.list(tx, place)).find((acl) => isOf(acl, subnetId))!;
    const denied = await deniedCidrs(tx, place, subnet, scope, prefixListIdentifier);
    const clone: NetworkAclRecord = {
      networkAclId: newId(random, "acl"),
      vpcId: subnet.vpcId,
      isDefault: false,
      entries: withDenials(original.entries, denied),
      associations: [],
      tags: { managedByFIS: "true", Name: name },
    };
    networkAcls.put(tx, place, [clone.networkAclId], clone);
    move(tx, place, random, original, clone, subnetId);
    disruptions.put(tx, place, [name, subnetId], {
      subnetId,
      cloneId: clone.networkAclId,
      originalId: original.networkAclId,
    });
  }
}

/** An access list that somebody else gave the subnet meanwhile stays. */
export async function restore(
  tx: Transaction,
  place: Scope,
  random: Random,
  name: string,
): Promise<void> {
  for (const { subnetId, cloneId, originalId } of await disruptions.list(tx, place, [name])) {
    disruptions.delete(tx, place, name, subnetId);
    const clone = await networkAcls.get(tx, place, cloneId);
    if (!clone) continue;
    const original =
      (await networkAcls.get(tx, place, originalId)) ??
      (await networkAcls.list(tx, place)).find((acl) => acl.vpcId === clone.vpcId && acl.isDefault);
    if (original && isOf(clone, subnetId)) move(tx, place, random, clone, original, subnetId);
    networkAcls.delete(tx, place, cloneId);
  }
}

const isOf = ({ associations }: NetworkAclRecord, subnetId: string) =>
  associations.some((one) => one.subnetId === subnetId);

function move(
  tx: Transaction,
  place: Scope,
  random: Random,
  from: NetworkAclRecord,
  to: NetworkAclRecord,
  subnetId: string,
): void {
  networkAcls.put(tx, place, [from.networkAclId], {
    ...from,
    associations: from.associations.filter((one) => one.subnetId !== subnetId),
  });
  networkAcls.put(tx, place, [to.networkAclId], {
    ...to,
    associations: [...to.associations, { associationId: newId(random, "aclassoc"), subnetId }],
  });
}

/** The denials come first; what was there keeps its order behind them. */
function withDenials(entries: readonly AclEntry[], denied: readonly string[]): AclEntry[] {
  const last = 32_767;
  const denials = denied.flatMap((cidr, index) =>
    [false, true].map((egress): AclEntry => ({
      ruleNumber: index + 1,
      protocol: "-1",
      action: "deny",
      egress,
      cidr,
    })),
  );
  const rest = entries.map((entry) =>
    entry.ruleNumber === last
      ? entry
      : { ...entry, ruleNumber: Math.min(last - 1, entry.ruleNumber + denied.length) },
  );
  return [...denials, ...rest];
}

/** Access lists judge nothing within a subnet, so that this goes on in all scopes. */
async function deniedCidrs(
  tx: Transaction,
  place: Scope,
  subnet: SubnetRecord,
  scope: DisruptionScope,
  prefixListIdentifier: string | undefined,
): Promise<string[]> {
  switch (scope) {
    case "all":
      return ["0.0.0.0/0"];
    case "availability-zone":
      return (await subnets.list(tx, place))
        .filter(
          (one) =>
            one.vpcId === subnet.vpcId && one.zoneName !== subnet.zoneName && !one.ipv6Native,
        )
        .map(({ cidr }) => cidr);
    case "vpc": {
      const vpc = await vpcs.get(tx, place, subnet.vpcId);
      return outsideOf((vpc?.cidrs ?? []).flatMap(({ cidr }) => parseCidr(cidr) ?? []));
    }
    case "prefix-list": {
      const id = prefixListIdentifier?.split("/").at(-1);
      const list = (await prefixLists.list(tx, place)).find(
        ({ prefixListId, name }) => prefixListId === id || name === prefixListIdentifier,
      );
      if (!list) throw new RangeError(`there is no prefix list ${prefixListIdentifier}`);
      return (await readPrefixCidrs(tx, place))(list.prefixListId);
    }
  }
}

/** The blocks of all addresses but these. */
export function outsideOf(inside: readonly Cidr[], whole: Cidr = { base: 0, length: 0 }): string[] {
  if (inside.some((one) => contains(one, whole))) return [];
  if (!inside.some((one) => overlap(one, whole))) return [formatCidr(whole)];
  const length = whole.length + 1;
  return [whole.base, whole.base + 2 ** (32 - length)].flatMap((base) =>
    outsideOf(inside, { base, length }),
  );
}
