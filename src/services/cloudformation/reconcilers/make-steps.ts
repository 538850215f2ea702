/** The steps in which a resource is created or updated: call, configure, stabilize, signals. One step a pass. */
import type { LoadedType } from "../resource-types/catalog.ts";
import {
  ResourceFailure,
  type Attributes,
  type Stabilization,
} from "../resource-types/resource-type.ts";
import type { ResourceRecord, ResourceWork } from "../records.ts";
import { failureReason, isTransient } from "../stack/failure-reason.ts";
import { resourceEvent } from "../stack/events.ts";
import { isDue, lookLater } from "./pace.ts";
import { existingRequest, receivedSignals, requestFor } from "./resource-request.ts";
import { judgeSignals, resourceSignal } from "./signal-policy.ts";
import type { Turn } from "./turn.ts";
import { isWatched, lookToken, watchWaiting } from "./watch-waiting.ts";

const mostAttempts = 8;

/** Takes the next step of a record's work. What goes wrong becomes the resource's failure. */
export async function takeStep(
  turn: Turn,
  record: ResourceRecord,
  type: LoadedType,
): Promise<void> {
  const work = record.work!;
  if (!isDue(turn, record.token)) return;
  try {
    if (work.step === "call") await call(turn, record, work, type);
    else if (work.step === "configure") await configure(turn, record, work, type);
    else if (work.step === "stabilize") await stabilize(turn, record, work, type);
    else await awaitSignals(turn, record, work, type);
  } catch (error) {
    const made = error instanceof ResourceFailure && work.kind === "create" && error.physicalId;
    const latest = {
      ...(turn.resources.get(record.logicalId) ?? record),
      ...(made && { physicalId: made }),
    };
    if (isTransient(error) && work.attempts < mostAttempts) {
      turn.put({ ...latest, work: { ...latest.work!, attempts: work.attempts + 1 } });
      return lookLater(turn, record.token);
    }
    turn.env.log.debug("a resource failed", { stack: turn.stack.arn, id: record.logicalId, error });
    fail(turn, latest, reasonOf(turn, latest, error));
  }
}

export function reasonOf(turn: Turn, record: ResourceRecord, error: unknown): string {
  const { random } = turn.env;
  return failureReason(error, {
    type: record.type,
    requestToken: record.token,
    requestId: random.uuid(),
  });
}

function forgetPaces({ state: { paces } }: Turn, record: ResourceRecord): void {
  paces.delete(record.token);
  paces.delete(lookToken(record));
}

/** Ends a resource's work as failed. */
function fail(turn: Turn, record: ResourceRecord, reason: string): void {
  const status =
    record.work?.kind === "update" || isUpdated(record) ? "UPDATE_FAILED" : "CREATE_FAILED";
  forgetPaces(turn, record);
  turn.report(record, status, { work: undefined, doneIn: turn.operation.id }, reason);
}

/** A replacement is a creation under the hood and an update in the events. */
function isUpdated(record: ResourceRecord): boolean {
  return record.before !== undefined && record.before !== "absent";
}

async function call(turn: Turn, record: ResourceRecord, work: ResourceWork, type: LoadedType) {
  const { definition } = type;
  if (work.kind === "update") {
    await definition.update?.({
      ...existingRequest(turn, record),
      previous: work.previous!.properties,
      previousTags: work.previous!.tags,
      changed: work.changed!,
      updateToken: work.updateToken!,
      rollback: turn.operation.phase === "rollback-update",
    });
    return next(turn, record, { ...work, step: "stabilize" }, type);
  }
  const remembered: Attributes = {};
  const request = requestFor(turn, record, remembered);
  const first = turn.state.untried.delete(record.token);
  const found = first ? undefined : await definition.find?.(request);
  const physicalId = found ?? (await definition.create(request));
  const created: ResourceRecord = {
    ...record,
    physicalId,
    updatedMs: turn.now,
    attributes: remembered,
  };
  if (!definition.isNamedLater) turn.event(resourceEvent(created, "Resource creation Initiated"));
  await next(turn, created, { ...work, step: "configure", attempts: 0 }, type);
}

async function configure(turn: Turn, record: ResourceRecord, work: ResourceWork, type: LoadedType) {
  await type.definition.configure?.(existingRequest(turn, record));
  await next(turn, record, { ...work, step: "stabilize", attempts: 0 }, type);
}

/** Records the next step, skipping those that the type does not have; ends the work after the last. */
async function next(turn: Turn, record: ResourceRecord, work: ResourceWork, type: LoadedType) {
  const { definition } = type;
  let { step } = work;
  if (step === "configure" && !definition.configure) step = "stabilize";
  if (step === "stabilize" && !definition.stabilize) step = "signals";
  const waiting: ResourceRecord = { ...record, work: { ...work, step } };
  turn.put(waiting);
  if (step === "signals" && !awaitsSignals(waiting)) await complete(turn, waiting, type);
}

function awaitsSignals({ work, creationPolicy }: ResourceRecord): boolean {
  return work?.kind === "create" && resourceSignal(creationPolicy) !== undefined;
}

async function stabilize(turn: Turn, record: ResourceRecord, work: ResourceWork, type: LoadedType) {
  const answer = await type.definition.stabilize!({
    ...existingRequest(turn, record),
    operation: work.kind === "update" ? "update" : "create",
    progress: work.progress,
    startedMs: work.startedMs,
    rollback: turn.operation.phase === "rollback-update",
    changed: work.changed ?? [],
    previous: work.previous?.properties,
  });
  const state: Stabilization = typeof answer === "boolean" ? { ready: answer } : answer;
  for (const message of state.messages ?? []) turn.event(resourceEvent(record, message));
  const progressed = state.progress ? { ...work, progress: state.progress } : work;
  if (state.ready) {
    const { physicalId, attributes = record.attributes } = state;
    const named = physicalId === undefined ? record : nameLate(turn, record, physicalId);
    const ready = { ...named, attributes };
    return next(turn, ready, { ...progressed, step: "signals", attempts: 0 }, type);
  }
  const waiting = { ...record, work: progressed };
  if (progressed !== work) turn.put(waiting);
  if (isWatched(record)) await watchWaiting(turn, waiting, progressed);
  lookLater(turn, record.token, state.afterMs);
}

/** Gives a resource the physical id that its type learned late; another one in an update is another resource. */
function nameLate(turn: Turn, record: ResourceRecord, physicalId: string): ResourceRecord {
  if (record.work?.kind === "create") {
    const named = { ...record, physicalId };
    turn.event(resourceEvent(named, "Resource creation Initiated"));
    return named;
  }
  if (physicalId === record.physicalId) return record;
  turn.event(
    resourceEvent(
      record,
      "Requested update required the provider to create a new physical resource",
    ),
  );
  turn.state.paces.delete(record.token);
  const { before, work: _work, doneIn: _doneIn, ...old } = record;
  // A deployment finds the old one in `before`; what taking back leaves behind is nobody's.
  if (
    turn.operation.phase === "rollback-update" ||
    before === undefined ||
    before === "absent" ||
    before.token !== old.token
  )
    turn.discard({ ...old, deletionPolicy: "Delete" });
  return { ...record, physicalId, token: turn.env.random.uuid() };
}

async function awaitSignals(
  turn: Turn,
  record: ResourceRecord,
  work: ResourceWork,
  type: LoadedType,
) {
  if (!awaitsSignals(record)) return complete(turn, record, type);
  const received = await receivedSignals(turn, record.logicalId, work.startedMs);
  const verdict = judgeSignals(resourceSignal(record.creationPolicy)!, received, work, turn.now);
  for (const message of verdict.messages) turn.event(resourceEvent(record, message));
  const counted = { ...record, work: { ...work, signalled: verdict.signalled } };
  if (verdict.messages.length > 0) turn.put(counted);
  if (verdict.failure !== undefined) return fail(turn, counted, verdict.failure);
  if (verdict.satisfied) return complete(turn, counted, type);
  await watchWaiting(turn, counted, counted.work);
  turn.again(verdict.deadlineMs - turn.now);
}

async function complete(turn: Turn, record: ResourceRecord, type: LoadedType): Promise<void> {
  const { definition } = type;
  const read = (await definition.attributes?.(existingRequest(turn, record))) ?? {};
  const attributes = { ...record.attributes, ...read };
  const ref = definition.ref?.(record.physicalId!, attributes);
  forgetPaces(turn, record);
  const updated = record.work?.kind === "update" || isUpdated(record);
  turn.report(record, updated ? "UPDATE_COMPLETE" : "CREATE_COMPLETE", {
    attributes,
    ref,
    work: undefined,
    doneIn: turn.operation.id,
  });
  await refresh(turn, definition.touches?.(record.properties) ?? []);
}

/** What Fn::GetAtt sees of resources that another one has changed. */
async function refresh(turn: Turn, physicalIds: readonly string[]): Promise<void> {
  for (const other of turn.resources.values()) {
    if (other.work || other.physicalId === undefined || !physicalIds.includes(other.physicalId))
      continue;
    const type = await turn.state.catalog.find(other.type);
    const read = await type?.definition.attributes?.(existingRequest(turn, other));
    if (read) turn.put({ ...other, attributes: { ...other.attributes, ...read } });
  }
}
