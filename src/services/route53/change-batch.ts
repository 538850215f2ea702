/**
 * A batch of changes against the records of one zone: all of them or none.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 */
import type { Change, ChangeBatch, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { isDeepStrictEqual } from "node:util";
import { invalidChangeBatch, invalidName, tooManyCharacters, tooManyValues } from "./errors.ts";
import { checkShape } from "./change-shape.ts";
import { inputName } from "./input-name.ts";
import { limits } from "./limits.ts";
import { isWithin, normalName } from "./names.ts";
import { aliasProblems, conflicts, isSame } from "./set-conflicts.ts";
import { setProblems } from "./set-problems.ts";
import { parseValue } from "./values/parse.ts";
import { ValueProblem } from "./values/problem.ts";
import type { ZoneView } from "./zone-view.ts";

/** Applies the changes to the view; throws AWS's error when one of them cannot be. */
export async function applyBatch(view: ZoneView, { Changes = [] }: ChangeBatch): Promise<void> {
  checkSize(Changes);
  for (const change of Changes) checkNames(change);
  for (const change of Changes) checkShape(change);
  const problems = repeats(Changes);
  if (problems.length > 0) throw invalidChangeBatch(problems);
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
    const protection = await view.protection(set.Name!, set.Type!);
    if (protection) problems.push(protectedSet(set, protection.comment));
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
  for (const set of touched)
    problems.push(
      ...(await aliasProblems(view, set)),
      ...conflicts(view, set, await view.ofName(set.Name!)),
    );
  problems.push(...(await missingRecords(view)));
  if (problems.length > 0) throw invalidChangeBatch([...new Set(problems)]);
}

/** What every zone has, whatever a batch takes away. */
async function missingRecords(view: ZoneView): Promise<string[]> {
  const types = (await view.ofName(view.name)).map(({ Type }) => Type);
  return [
    ...(types.includes("SOA") ? [] : ["A HostedZone must contain exactly one SOA record."]),
    ...(types.includes("NS")
      ? []
      : ["A HostedZone must contain at least one NS record for the zone itself."]),
  ];
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
  else view.remove(set);
}

function checkNames({ ResourceRecordSet: set }: Change): void {
  for (const name of [set?.Name, set?.AliasTarget?.DNSName])
    if (name !== undefined) inputName(name, invalidName);
}

/** One change for each record, or its removal before its new beginning. */
function repeats(changes: readonly Change[]): string[] {
  const actions = new Map<string, Change["Action"][]>();
  for (const { Action, ResourceRecordSet: set } of changes) {
    const key = JSON.stringify([set!.Type, normalName(set!.Name!), set!.SetIdentifier]);
    actions.set(key, [...(actions.get(key) ?? []), Action]);
  }
  return [...actions].flatMap(([key, [first, second, ...more]]) => {
    if (second === undefined) return [];
    if (first === "DELETE" && second !== "DELETE" && more.length === 0) return [];
    const [type, name] = JSON.parse(key) as [string, string];
    return [
      `The request contains an invalid set of changes for a resource record set '${type} ${name}'`,
    ];
  });
}

function checkSize(changes: readonly Change[]): void {
  let values = 0;
  let characters = 0;
  for (const { Action, ResourceRecordSet: set } of changes) {
    const times = Action === "UPSERT" ? 2 : 1;
    if (set?.AliasTarget) values += times;
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

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html */
function protectedSet(set: ResourceRecordSet, comment: string | undefined): string {
  const why = comment === undefined ? "" : `: ${comment}`;
  return `The resource record set [name='${set.Name}', type='${set.Type}'] is protected${why}`;
}

function described({ Name, Type, SetIdentifier }: ResourceRecordSet): string {
  const identifier = SetIdentifier === undefined ? "" : `, set-identifier='${SetIdentifier}'`;
  return `[name='${Name}', type='${Type}'${identifier}]`;
}
