/** Decides what a resource needs in this operation and records that before anything is called. */
import { AwsError } from "#model/error.ts";
import type { LoadedType } from "../resource-types/catalog.ts";
import { ResourceFailure } from "../resource-types/resource-type.ts";
import type { ResourceRecord, ResourceSnapshot } from "../records.ts";
import {
  changedProperties,
  evaluateResource,
  knownFromRecord,
  needsReplacement,
  type EvaluatedResource,
} from "../stack/evaluate-resource.ts";
import { isCustomNamed, physicalName } from "../stack/physical-name.ts";
import type { Program } from "../stack/program.ts";
import { reasonOf } from "./make-steps.ts";
import { requestFor } from "./resource-request.ts";
import type { Turn } from "./turn.ts";

/** Begins to create, update or replace a resource, or finds that nothing is to be done. */
export async function beginResource(
  turn: Turn,
  program: Program,
  logicalId: string,
): Promise<void> {
  const declared = program.template.resources[logicalId]!;
  const type = program.types.get(declared.Type)!;
  const present = turn.resources.get(logicalId);
  const blank = present ?? blankRecord(turn, logicalId, declared.Type);
  try {
    const evaluated = await turn.lookups.resolve((lookup) =>
      evaluateResource(logicalId, {
        program,
        stack: turn.stack,
        known: (id) => knownFromRecord(turn.resources.get(id)),
        lookup,
      }),
    );
    const described = describe(evaluated, program, logicalId);
    if (present?.physicalId === undefined)
      await beginCreate(turn, { ...blank, ...described }, type);
    else await beginUpdate(turn, present, described, type);
  } catch (error) {
    if (!present && turn.operation.phase === "update") blank.before = "absent";
    const status = present?.physicalId === undefined ? "CREATE_FAILED" : "UPDATE_FAILED";
    const touched = present && present.before === undefined ? { before: snapshot(present) } : {};
    turn.report(
      { ...blank, ...touched },
      status,
      { work: undefined, doneIn: turn.operation.id },
      reasonOf(turn, blank, error),
    );
  }
}

type Described = Pick<
  ResourceRecord,
  | "properties"
  | "shown"
  | "tags"
  | "metadata"
  | "creationPolicy"
  | "updatePolicy"
  | "deletionPolicy"
  | "updateReplacePolicy"
  | "needs"
>;

function describe(evaluated: EvaluatedResource, program: Program, logicalId: string): Described {
  return { ...evaluated, needs: [...program.graph.needs.get(logicalId)!] };
}

function blankRecord(turn: Turn, logicalId: string, type: string): ResourceRecord {
  return {
    logicalId,
    type,
    status: "CREATE_IN_PROGRESS",
    updatedMs: turn.now,
    name: "",
    token: turn.env.random.uuid(),
    properties: {},
    tags: {},
    attributes: {},
    deletionPolicy: "Delete",
    updateReplacePolicy: "Delete",
    needs: [],
  };
}

async function beginCreate(turn: Turn, record: ResourceRecord, type: LoadedType): Promise<void> {
  const { operation, now, env, stack } = turn;
  const { definition } = type;
  const rule = definition.name;
  const named: ResourceRecord = {
    ...record,
    name: physicalName(env.random, stack.name, record.logicalId, rule, record.properties),
    token: env.random.uuid(),
    work: { kind: "create", step: "call", startedMs: now, attempts: 0 },
    ...(operation.phase === "update" && { before: record.before ?? "absent" }),
  };
  // A creation that adopts what bears its name must not find somebody else's.
  if (isCustomNamed(rule, record.properties) && (await definition.find?.(requestFor(turn, named))))
    throw new AwsError({
      code: "AlreadyExists",
      message: `Resource of type '${record.type}' with identifier '${named.name}' already exists.`,
    });
  turn.state.untried.add(named.token);
  turn.report(named, "CREATE_IN_PROGRESS");
}

async function beginUpdate(
  turn: Turn,
  present: ResourceRecord,
  described: Described,
  type: LoadedType,
): Promise<void> {
  const { operation, now, env, stack } = turn;
  const properties = changedProperties(present.properties, described.properties);
  const tagged = changedProperties(present.tags, described.tags).length > 0;
  const tagProperty = type.schema.tags ?? "Tags";
  const changed =
    tagged && !properties.includes(tagProperty) ? [...properties, tagProperty] : properties;
  if (changed.length === 0 && type.definition.alwaysUpdated) changed.push("TemplateURL");
  const others = changedProperties(policiesOf(present), policiesOf(described));
  if (changed.length === 0) {
    const kept = { ...present, ...described, doneIn: operation.id };
    if (others.length === 0) return turn.put(kept);
    const touched = { ...kept, before: present.before ?? snapshot(present) };
    return void turn.report(turn.report(touched, "UPDATE_IN_PROGRESS"), "UPDATE_COMPLETE");
  }
  const before = present.before ?? snapshot(present);
  if (!needsReplacement(type, changed, present.properties, described)) {
    turn.report({ ...present, ...described, before }, "UPDATE_IN_PROGRESS", {
      work: {
        kind: "update",
        step: "call",
        startedMs: now,
        attempts: 0,
        changed,
        previous: { properties: present.properties, tags: present.tags },
        updateToken: env.random.uuid(),
      },
    });
    return;
  }
  const rule = type.definition.name;
  const name = rule && described.properties[rule.property];
  if (name !== undefined && name === present.properties[rule!.property])
    throw new ResourceFailure(
      `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${String(name)} and update the stack again.`,
    );
  const made: ResourceRecord = {
    ...present,
    ...described,
    before,
    name: physicalName(env.random, stack.name, present.logicalId, rule, described.properties),
    token: env.random.uuid(),
    work: { kind: "create", step: "call", startedMs: now, attempts: 0, changed },
  };
  turn.state.untried.add(made.token);
  turn.report(
    made,
    "UPDATE_IN_PROGRESS",
    {},
    "Requested update requires the creation of a new physical resource; hence creating one.",
  );
  const latest = turn.resources.get(present.logicalId)!;
  const { physicalId: _old, ...unmade } = latest;
  turn.put(unmade);
}

function policiesOf(of: Described): Record<string, unknown> {
  const { metadata, creationPolicy, updatePolicy, deletionPolicy, updateReplacePolicy } = of;
  return { metadata, creationPolicy, updatePolicy, deletionPolicy, updateReplacePolicy };
}

/** A resource as it is now, to go back to. */
function snapshot(record: ResourceRecord): ResourceSnapshot {
  const { before: _before, work: _work, doneIn: _doneIn, ...kept } = record;
  return kept;
}
