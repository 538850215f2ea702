/** Deletes resources, dependents first. */
import type { LoadedType } from "../resource-types/catalog.ts";
import type { ResourceRecord, ResourceWork } from "../records.ts";
import { isAbsent, isInUse, isTransient } from "../stack/failure-reason.ts";
import { reasonOf } from "./make-steps.ts";
import { isDue, lookLater } from "./pace.ts";
import { existingRequest, requestFor } from "./resource-request.ts";
import type { Turn } from "./turn.ts";

/** How long a delete is tried again while something on its way out still uses the resource. */
const inUseMs = 5 * 60_000;

export interface TearDownRules {
  /** True for resources that stay, though no stack holds them any more. */
  keeps: (record: ResourceRecord) => boolean;
}

export interface TearDownState {
  done: boolean;
  /** Logical ids of what could not be deleted. */
  failed: string[];
}

/** Takes the next step with every record whose dependents are gone. */
export async function tearDown(
  turn: Turn,
  records: readonly ResourceRecord[],
  rules: TearDownRules,
): Promise<TearDownState> {
  const { operation } = turn;
  const isOver = (record: ResourceRecord) => record.doneIn === operation.id;
  const hasFailed = (record: ResourceRecord) => isOver(record) && record.status === "DELETE_FAILED";
  const open = records.filter((record) => !isOver(record));
  const stillThere = records.filter((record) => !isOver(record) || hasFailed(record));
  const ready = open.filter(
    (record) =>
      !stillThere.some((other) => other !== record && other.needs.includes(record.logicalId)),
  );
  await Promise.all(ready.map((record) => takeDeleteStep(turn, record, rules)));
  return {
    // What a failed dependent holds is left as it is.
    done: ready.length === 0,
    failed: records.filter(hasFailed).map(({ logicalId }) => logicalId),
  };
}

async function takeDeleteStep(turn: Turn, record: ResourceRecord, rules: TearDownRules) {
  const { work } = record;
  if (work?.kind !== "delete") return begin(turn, record, rules);
  if (!isDue(turn, record.token)) return;
  const type = await turn.state.catalog.find(record.type);
  try {
    if (work.step === "configure") await snapshot(turn, record, work, type!);
    else if (work.step === "call") await call(turn, record, work, type!);
    else await awaitAbsence(turn, record, type!);
  } catch (error) {
    if (isAbsent(error)) return finish(turn, record);
    const patient = isTransient(error) || isInUse(error);
    if (patient && turn.now - work.startedMs < inUseMs) return lookLater(turn, record.token);
    turn.state.paces.delete(record.token);
    turn.report(
      record,
      "DELETE_FAILED",
      { work: undefined, doneIn: turn.operation.id },
      reasonOf(turn, record, error),
    );
  }
}

function begin(turn: Turn, record: ResourceRecord, rules: TearDownRules): void {
  const { operation, now, state } = turn;
  const lost = record.work?.kind === "create" && record.work.step === "call";
  const lostCreate = lost && record.physicalId === undefined && !state.untried.delete(record.token);
  state.paces.delete(record.token);
  if (rules.keeps(record) && record.physicalId !== undefined) {
    turn.report(record, "DELETE_SKIPPED", { work: undefined, doneIn: operation.id });
    return;
  }
  turn.report(record, "DELETE_IN_PROGRESS", {
    work: {
      kind: "delete",
      // What is to be kept of it comes first.
      step: record.deletionPolicy === "Snapshot" ? "configure" : "call",
      startedMs: now,
      attempts: 0,
      ...(lostCreate && { lostCreate }),
    },
  });
}

async function snapshot(turn: Turn, record: ResourceRecord, work: ResourceWork, type: LoadedType) {
  if (record.physicalId !== undefined)
    await type.definition.snapshot?.(existingRequest(turn, record));
  turn.putWhereItIs({ ...record, work: { ...work, step: "call" } });
}

async function call(turn: Turn, record: ResourceRecord, work: ResourceWork, type: LoadedType) {
  const { definition } = type;
  let target = record;
  if (record.physicalId === undefined) {
    const found = work.lostCreate ? await lostId(turn, record, type) : undefined;
    if (found === undefined) return finish(turn, record);
    target = { ...record, physicalId: found };
  }
  await definition.delete(existingRequest(turn, target));
  if (!definition.deleted) return finish(turn, target);
  turn.putWhereItIs({ ...target, work: { ...work, step: "stabilize" } });
}

/** What a create whose answer was lost has made; one that knows its token answers the same again. */
function lostId(turn: Turn, record: ResourceRecord, { definition }: LoadedType) {
  const request = requestFor(turn, record);
  return definition.find ? definition.find(request) : definition.create(request);
}

async function awaitAbsence(turn: Turn, record: ResourceRecord, type: LoadedType) {
  if (await type.definition.deleted!(existingRequest(turn, record))) finish(turn, record);
  else lookLater(turn, record.token);
}

function finish(turn: Turn, record: ResourceRecord): void {
  turn.state.paces.delete(record.token);
  turn.report(record, "DELETE_COMPLETE", { work: undefined, doneIn: turn.operation.id });
}
