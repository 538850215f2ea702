/**
 * A batch of changes against the records of one zone: all of them or none.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 */
import type { Change, ChangeBatch, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { isDeepStrictEqual } from "node:util";
import {
  invalidChangeBatch,
  invalidName,
  noSuchHealthCheck,
  tooManyCharacters,
  tooManyValues,
} from "./errors.ts";
import { checkShape } from "./change-shape.ts";
import { limits } from "./limits.ts";
import { isWithin, normalName } from "./names.ts";
import { policyOf, slotOf } from "./routing.ts";
import { parseValue } from "./values/parse.ts";
import { ValueProblem } from "./values/problem.ts";

/** What a batch is judged against: reading is the caller's. */
export interface ZoneView {
  id: string;
  name: string;
  isPrivate: boolean;
  /** Every record of a name, changes so far included. */
  ofName(name: string): Promise<ResourceRecordSet[]>;
  healthCheckExists(id: string): Promise<boolean>;
  collectionHas(id: string, location: string): Promise<boolean>;
  put(set: ResourceRecordSet): void;
  remove(set: ResourceRecordSet): void;
}

/** Applies the changes to the view; throws AWS's error when one of them cannot be. */
export async function applyBatch(view: ZoneView, { Changes = [] }: ChangeBatch): Promise<void> {
  checkSize(Changes);
  for (const change of Changes) checkNames(change);
  for (const change of Changes) checkShape(change);
  const problems: string[] = [];
  // Additions of a batch may take the place of what it removes, whatever their order.
  const touched: ResourceRecordSet[] = [];
  for (const { Action, ResourceRecordSet: given } of Changes) {
    let set: ResourceRecordSet;
    try {
      set = normalSet(given!, Action === "DELETE");
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      problems.push(error.message);
      continue;
    }
    if (!isWithin(set.Name!, view.name)) {
      problems.push(`RRSet with DNS name ${set.Name} is not permitted in zone ${view.name}`);
      continue;
    }
    const present = (await view.ofName(set.Name!)).find((one) => isSame(one, set));
    const what = described(set);
    if (Action === "CREATE" && present)
      problems.push(`Tried to create resource record set ${what} but it already exists`);
    else if (Action === "DELETE") removeSet(view, set, present, problems);
    else {
      problems.push(...(await setProblems(view, set)));
      view.put(set);
      touched.push(set);
    }
  }
  for (const set of touched) problems.push(...conflicts(view, set, await view.ofName(set.Name!)));
  if (problems.length > 0) throw invalidChangeBatch([...new Set(problems)]);
}

function removeSet(
  view: ZoneView,
  set: ResourceRecordSet,
  present: ResourceRecordSet | undefined,
  problems: string[],
): void {
  const what = described(set);
  if (!present) problems.push(`Tried to delete resource record set ${what} but it was not found`);
  else if (!isEqual(present, set))
    problems.push(
      `Tried to delete resource record set ${what} but the values provided do not match the current values`,
    );
  else if (set.Name === view.name && (set.Type === "SOA" || set.Type === "NS"))
    problems.push(
      `A HostedZone must contain ${set.Type === "SOA" ? "exactly one SOA record" : "at least one NS record for the zone itself"}.`,
    );
  else view.remove(set);
}

function checkNames({ ResourceRecordSet: set }: Change): void {
  try {
    for (const name of [set?.Name, set?.AliasTarget?.DNSName])
      if (name !== undefined) normalName(name);
  } catch (error) {
    throw error instanceof ValueProblem ? invalidName(error.message) : error;
  }
}

function checkSize(changes: readonly Change[]): void {
  let values = 0;
  let characters = 0;
  for (const { Action, ResourceRecordSet: set } of changes) {
    const times = Action === "UPSERT" ? 2 : 1;
    for (const { Value = "" } of set?.ResourceRecords ?? []) {
      values += times;
      characters += times * Value.length;
    }
  }
  if (values > limits.valuesPerBatch) throw tooManyValues(limits.valuesPerBatch);
  if (characters > limits.charactersPerBatch) throw tooManyCharacters(limits.charactersPerBatch);
}

/** As AWS stores it: names in lower case with a trailing dot, nothing that was not given. */
function normalSet(set: ResourceRecordSet, isRemoval: boolean): ResourceRecordSet {
  const Name = normalName(set.Name!);
  const normal: ResourceRecordSet = { ...set, Name, Type: set.Type! };
  if (set.AliasTarget)
    normal.AliasTarget = { ...set.AliasTarget, DNSName: normalName(set.AliasTarget.DNSName!) };
  if (isRemoval) return normal;
  const seen = new Set<string>();
  for (const { Value = "" } of set.ResourceRecords ?? []) {
    try {
      parseValue(set.Type!, Value);
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      throw new InvalidRecord(`Invalid Resource Record: '${error.message}'`);
    }
    if (seen.has(Value)) throw new InvalidRecord(`Duplicate Resource Record: '${Value}'`);
    seen.add(Value);
  }
  return normal;
}

class InvalidRecord extends ValueProblem {
  constructor(message: string) {
    super("", "", "");
    this.message = message;
  }
}

async function setProblems(view: ZoneView, set: ResourceRecordSet): Promise<string[]> {
  const problems: string[] = [];
  const { Name, Type, ResourceRecords = [], AliasTarget, HealthCheckId, CidrRoutingConfig } = set;
  const named = `RRSet of type ${Type} with DNS name ${Name}`;
  if (ResourceRecords.length > limits.valuesPerSet)
    problems.push(`Cannot have more than ${limits.valuesPerSet} records in a RRSet.`);
  if (HealthCheckId !== undefined && !(await view.healthCheckExists(HealthCheckId)))
    throw noSuchHealthCheck(HealthCheckId);
  if (Type === "CNAME" && Name === view.name)
    problems.push(`${named} is not permitted at apex in zone ${view.name}`);
  if (Type === "SOA" && Name !== view.name)
    problems.push(`${named} is not permitted: SOA records belong at the apex of zone ${view.name}`);
  if ((Type === "CNAME" || Type === "SOA") && ResourceRecords.length > 1)
    problems.push(`Duplicate Resource Record: ${Type} records have exactly one value`);
  if (Type === "SOA" && (AliasTarget || policyOf(set) !== "simple"))
    problems.push(`${named} cannot be an alias nor have a routing policy`);
  if (AliasTarget && (Type === "NS" || Type === "SOA"))
    problems.push(`Alias ${named} is not permitted`);
  if (policyOf(set) === "multivalue" && (AliasTarget || Type === "CNAME" || Type === "NS"))
    problems.push(`${named} cannot have multivalue answer routing`);
  if (
    CidrRoutingConfig &&
    !(await view.collectionHas(CidrRoutingConfig.CollectionId!, CidrRoutingConfig.LocationName!))
  )
    problems.push(
      `The CIDR collection ${CidrRoutingConfig.CollectionId} with location ${CidrRoutingConfig.LocationName} does not exist`,
    );
  if (CidrRoutingConfig && view.isPrivate)
    problems.push(`${named}: IP-based routing is not supported in private hosted zones`);
  if (AliasTarget) problems.push(...(await aliasProblems(view, set)));
  return problems;
}

async function aliasProblems(view: ZoneView, set: ResourceRecordSet): Promise<string[]> {
  const { DNSName, HostedZoneId } = set.AliasTarget!;
  const tried = `Tried to create an alias that targets ${DNSName}, type ${set.Type} in zone ${HostedZoneId}`;
  if (HostedZoneId !== view.id) return [];
  if (!isWithin(DNSName!, view.name))
    return [`${tried}, but the alias target name does not lie within the target zone`];
  const targets = await view.ofName(DNSName!);
  if (!targets.some(({ Type }) => Type === set.Type))
    return [`${tried}, but that target was not found`];
  return [];
}

/** Against the other records of the name, once the whole batch has been applied. */
function conflicts(
  view: ZoneView,
  set: ResourceRecordSet,
  ofName: readonly ResourceRecordSet[],
): string[] {
  const { Name, Type } = set;
  const named = `RRSet of type ${Type} with DNS name ${Name}`;
  if (Type === "CNAME" && ofName.some((one) => one.Type !== "CNAME"))
    return [
      `${named} is not permitted as it conflicts with other records with the same DNS name in zone ${view.name}`,
    ];
  if (Type !== "CNAME" && ofName.some((one) => one.Type === "CNAME"))
    return [
      `${named} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${view.name}`,
    ];
  const others = ofName.filter((one) => one.Type === Type && !isSame(one, set));
  const head = `RRSet with DNS name ${Name}, type ${Type}, SetIdentifier ${set.SetIdentifier ?? "null"}`;
  const policy = policyOf(set);
  if (others.length >= limits.setsOfOneNameAndType)
    return [
      `${head} cannot be created as more than ${limits.setsOfOneNameAndType} exist with the same name and type.`,
    ];
  for (const other of others) {
    if (policy === "simple" || policyOf(other) === "simple")
      return [`${head} cannot be created as other RRSets exist with the same name and type.`];
    if (policyOf(other) !== policy)
      return [
        `${head} cannot be created because a ${policy === "multivalue" ? "non multivalue answer" : `non-${policy}`} rrset exists with the same name and type.`,
      ];
    const slot = slotOf(set);
    if (slot !== undefined && slotOf(other) === slot)
      return [
        `${head} cannot be created as another RRSet with the same name, type and ${slot} exists.`,
      ];
  }
  return [];
}

function isSame(one: ResourceRecordSet, other: ResourceRecordSet): boolean {
  return (
    one.Name === other.Name && one.Type === other.Type && one.SetIdentifier === other.SetIdentifier
  );
}

/** Whether a DELETE names a record as it is; the order of its values does not count. */
function isEqual(one: ResourceRecordSet, other: ResourceRecordSet): boolean {
  const comparable = (set: ResourceRecordSet) =>
    Object.fromEntries(
      Object.entries({
        ...set,
        ResourceRecords: set.ResourceRecords?.map(({ Value }) => Value).sort(),
        AliasTarget: set.AliasTarget && { ...set.AliasTarget },
        GeoLocation: set.GeoLocation && { ...set.GeoLocation },
      }).filter(([, value]) => value !== undefined),
    );
  return isDeepStrictEqual(comparable(one), comparable(other));
}

function described({ Name, Type, SetIdentifier }: ResourceRecordSet): string {
  const identifier = SetIdentifier === undefined ? "" : `, set-identifier='${SetIdentifier}'`;
  return `[name='${Name}', type='${Type}'${identifier}]`;
}
