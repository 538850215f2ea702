/** Takes every stack that has something to do one step further. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { customRequests, resources, discarded, signals, stacks } from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { cleanUp } from "./cleanup.ts";
import { deleteStack, rollBackCreate } from "./delete-stack.ts";
import { deploy } from "./deploy.ts";
import { rollBackUpdate } from "./rollback.ts";
import { Turn } from "./turn.ts";

const phases = {
  create: deploy,
  update: deploy,
  "rollback-create": rollBackCreate,
  "rollback-update": rollBackUpdate,
  cleanup: cleanUp,
  delete: deleteStack,
};

export function createStackReconciler(env: Environment, state: CloudFormationState): Reconciler {
  const ofStack = ([uuid]: readonly (string | number | Uint8Array)[]) => [uuid!];
  return {
    name: "cloudformation/stack",
    watches: [
      { collection: stacks },
      { collection: resources, idOf: ofStack },
      { collection: discarded, idOf: ofStack },
      { collection: signals, idOf: ofStack },
      { collection: customRequests, idOf: ofStack },
    ],
    async reconcile(scope, [uuid]) {
      const turn = await Turn.load(env, state, scope, String(uuid));
      if (!turn) return;
      await phases[turn.operation.phase](turn);
      await turn.commit();
      return turn.afterMs === undefined ? {} : { afterMs: turn.afterMs };
    },
  };
}
