/** One pass over a stack: what it saw, and what it will write when it ends. */
import { isDeepStrictEqual } from "node:util";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import {
  discarded,
  resources,
  revisions,
  stacks,
  type ResourceRecord,
  type ResourceStatus,
  type Revision,
  type StackOperation,
  type StackRecord,
  type StackStatus,
} from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { resourceEvent, stackEvent, writeEvents, type NewEvent } from "../stack/events.ts";
import { createLookups, type Lookups } from "../stack/lookups.ts";
import type { Transaction } from "#store/store.ts";

/** Work that belongs into the transaction that ends the turn. */
export type AtCommit = (tx: Transaction) => Promise<void> | void;

export class Turn {
  readonly env: Environment;
  readonly state: CloudFormationState;
  readonly scope: Scope;
  readonly stack: StackRecord;
  readonly operation: StackOperation;
  readonly revision: Revision;
  /** Resources of the template by logical id; change them by `put` and `remove` only. */
  readonly resources: Map<string, ResourceRecord>;
  /** Resources on their way out, by token. */
  readonly discarded: Map<string, ResourceRecord>;
  readonly now: number;
  readonly lookups: Lookups;
  afterMs: number | undefined;

  readonly #events: NewEvent[] = [];
  readonly #atCommit: AtCommit[] = [];
  readonly #written = new Set<string>();
  readonly #discards = new Set<string>();
  #patch: Partial<StackRecord> = {};
  #nextOperation: StackOperation | undefined;
  #changed = false;

  private constructor(
    env: Environment,
    state: CloudFormationState,
    scope: Scope,
    view: View & { operation: StackOperation },
  ) {
    this.env = env;
    this.state = state;
    this.scope = scope;
    this.stack = view.stack;
    this.operation = view.operation;
    this.#nextOperation = view.operation;
    this.revision = view.revision;
    this.resources = view.resources;
    this.discarded = view.discarded;
    this.now = env.clock.now();
    this.lookups = createLookups(env, scope);
  }

  /** Undefined when the stack has nothing to do. */
  static async load(
    env: Environment,
    state: CloudFormationState,
    scope: Scope,
    uuid: string,
  ): Promise<Turn | undefined> {
    const view = await env.store.transaction(async (tx): Promise<View | undefined> => {
      const stack = await stacks.get(tx, scope, uuid);
      if (!stack?.operation) return undefined;
      const revision = await revisions.get(tx, scope, uuid, stack.revision);
      if (!revision) return undefined;
      const own = await resources.list(tx, scope, [uuid]);
      const outgoing = await discarded.list(tx, scope, [uuid]);
      return {
        stack,
        revision,
        resources: new Map(own.map((record) => [record.logicalId, record])),
        discarded: new Map(outgoing.map((record) => [record.token, record])),
      };
    });
    const operation = view?.stack.operation;
    return operation && new Turn(env, state, scope, { ...view, operation });
  }

  put(record: ResourceRecord): void {
    this.resources.set(record.logicalId, record);
    this.#written.add(record.logicalId);
    this.#changed = true;
  }

  remove(logicalId: string): void {
    this.resources.delete(logicalId);
    this.#written.add(logicalId);
    this.#changed = true;
  }

  /** Writes a record back to wherever it lives. */
  putWhereItIs(record: ResourceRecord): void {
    if (this.discarded.has(record.token)) this.discard(record);
    else this.put(record);
  }

  discard(record: ResourceRecord): void {
    this.discarded.set(record.token, record);
    this.#discards.add(record.token);
    this.#changed = true;
  }

  forgetDiscarded(token: string): void {
    this.discarded.delete(token);
    this.#discards.add(token);
    this.#changed = true;
  }

  event(event: NewEvent): void {
    this.#events.push(event);
    this.#changed = true;
  }

  /** Gives a record a status, says so in the events, and keeps it. */
  report(
    record: ResourceRecord,
    status: ResourceStatus,
    changes: Partial<ResourceRecord> = {},
    reason?: string,
  ): ResourceRecord {
    const next: ResourceRecord = { ...record, ...changes, status, updatedMs: this.now };
    if (reason === undefined) delete next.statusReason;
    else next.statusReason = reason;
    for (const key of Object.keys(next) as (keyof ResourceRecord)[])
      if (next[key] === undefined) delete next[key];
    this.event(resourceEvent(next));
    this.putWhereItIs(next);
    return next;
  }

  /** Moves the stack on. The operation goes on as given; undefined ends it. */
  moveStack(
    status: StackStatus,
    operation: StackOperation | undefined,
    { reason, ...patch }: Partial<StackRecord> & { reason?: string } = {},
  ): void {
    this.#patch = { ...this.#patch, ...patch, status, ...(reason && { statusReason: reason }) };
    if (!reason) this.#patch.statusReason = "";
    this.#nextOperation = operation;
    this.event(stackEvent(this.stack, status, reason));
  }

  atCommit(work: AtCommit): void {
    this.#atCommit.push(work);
    this.#changed = true;
  }

  /** Asks for another look in so much cloud time. */
  again(afterMs: number): void {
    this.afterMs = Math.min(this.afterMs ?? Infinity, Math.max(0, afterMs));
  }

  /** Writes everything at once. A stack that was given another operation meanwhile keeps that one. */
  async commit(): Promise<void> {
    if (!this.#changed) return;
    const { env, scope, stack } = this;
    await env.store.transaction(async (tx) => {
      const current = await stacks.get(tx, scope, stack.uuid);
      if (!current) return;
      const undisturbed = current.operation?.id === this.operation.id;
      for (const work of this.#atCommit) if (undisturbed) await work(tx);
      for (const id of this.#written) {
        const record = this.resources.get(id);
        if (record) resources.put(tx, scope, [stack.uuid, id], record);
        else resources.delete(tx, scope, stack.uuid, id);
      }
      for (const token of this.#discards) {
        const record = this.discarded.get(token);
        if (record) discarded.put(tx, scope, [stack.uuid, token], record);
        else discarded.delete(tx, scope, stack.uuid, token);
      }
      const { uuid } = stack;
      const written = undisturbed
        ? this.#events
        : this.#events.filter((event) => event.physicalId !== stack.arn);
      const count = writeEvents(tx, scope, current, written, {
        now: this.now,
        random: env.random,
        clientRequestToken: current.operation?.clientRequestToken,
        notificationArns: this.revision.notificationArns,
      });
      const next: StackRecord = undisturbed
        ? { ...current, ...this.#patch, ...this.#operationAfter(current), events: count }
        : { ...current, events: count };
      if (next.operation === undefined) delete next.operation;
      if (!next.statusReason) delete next.statusReason;
      if (!isDeepStrictEqual(next, current)) stacks.put(tx, scope, [uuid], next);
    });
  }

  /** What an API call asked of the running operation meanwhile stays asked. */
  #operationAfter(current: StackRecord): { operation: StackOperation | undefined } {
    const next = this.#nextOperation;
    const asked = current.operation?.abortReason;
    if (!next || asked === undefined || next.phase !== current.operation?.phase)
      return { operation: next };
    return { operation: { ...next, abortReason: asked } };
  }
}

interface View {
  stack: StackRecord;
  revision: Revision;
  resources: Map<string, ResourceRecord>;
  discarded: Map<string, ResourceRecord>;
}
