/**
 * Tells EventBridge of every state that an instance comes into.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
 */
import { collection } from "#store/collection.ts";
import { formatArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { instances, type InstanceStateName } from "../records.ts";

/** The state that was told last, by instance id. */
const told = collection<{ state: InstanceStateName }>("ec2", "told-state");

export function stateChangeReconciler({ store, clients }: Environment): Reconciler {
  return {
    name: "ec2/state-change",
    watches: [{ collection: instances }],
    async reconcile(scope, [id]) {
      const instanceId = String(id);
      const found = await store.transaction((tx) => {
        const instance = instances.view(tx, scope, instanceId);
        const before = told.view(tx, scope, instanceId);
        if (!instance && before) told.delete(tx, scope, instanceId);
        return instance && instance.state !== before?.state ? instance.state : undefined;
      });
      if (found === undefined) return;
      const { Entries } = await clients.events(asService(scope, "ec2.amazonaws.com")).PutEvents({
        Entries: [
          {
            Source: "aws.ec2",
            DetailType: "EC2 Instance State-change Notification",
            Resources: [formatArn("ec2", scope, `instance/${instanceId}`)],
            Detail: JSON.stringify({ "instance-id": instanceId, state: found }),
          },
        ],
      });
      const [refused] = Entries ?? [];
      if (refused?.ErrorCode !== undefined) throw new Error(refused.ErrorMessage);
      await store.transaction((tx) => told.put(tx, scope, [instanceId], { state: found }));
    },
  };
}
