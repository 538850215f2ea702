/** The contract of reconcilers; the work queue that drives them lives in `cloud/`. */
import type { Collection } from "#store/collection.ts";
import type { Key } from "#store/store.ts";
import type { Scope } from "#store/collection.ts";

export interface ReconcileResult {
  /** Look again after so much cloud time, even if nothing changes. */
  afterMs?: number;
  /**
   * Nothing was to be done, and until a record or a machine changes, looking again `afterMs` later, and
   * ever again, will find the same: a clock that is moved by months need not do all of it. Never said
   * where a look leaves a trace (a line of a log, a request that somebody counts).
   */
  isSteady?: boolean;
}

/**
 * Compares desired with actual and takes one bounded step. Level-triggered: it looks at the world,
 * not at the event; running twice does no harm. It never sleeps. What it throws is logged and the
 * key tried again with growing delay.
 */
export interface Reconciler {
  /** "autoscaling/group": names it in logs. */
  readonly name: string;
  /** A change of any record of these wakes the reconciler, and each is queued once at start. */
  readonly watches: readonly Watch[];
  reconcile(scope: Scope, id: Key): Promise<ReconcileResult | void>;
  /** Takes a function that queues a key for reasons that no record shows, such as a machine's own change. */
  readonly subscribe?: (wake: (scope: Scope, id: Key) => void) => void;
}

export interface Watch {
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly collection: Collection<any>;
  /** The id to reconcile for a changed record's id; without it the record's own. Undefined for none. */
  readonly idOf?: (id: Key) => Key | undefined;
}
