import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { secrets } from "../records.ts";
import { replicate } from "../replication.ts";

/** Lets replicas follow their primaries. */
export function replicationReconciler(env: Environment): Reconciler {
  return {
    name: "secretsmanager/replication",
    watches: [{ collection: secrets }],
    reconcile: (scope, [name]) => replicate(env, scope, String(name)),
  };
}
