/**
 * Takes Spot Instances back: first the rebalance recommendation, two minutes before the end the
 * notice, then the end or the stop itself.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-interruptions.html
 */
import { formatArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import { rebalanceRecommendations } from "#services/kit/spot-signals.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler, ReconcileResult } from "#services/kit/reconciler.ts";
import { partitionOf } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { changeInstance, instances, type InstanceRecord } from "../instances/records.ts";
import { stateReasons } from "../instances/states.ts";
import { planInterruption } from "./plan.ts";
import { interruptions, putSpotRequest, spotRequests, type InterruptionRecord } from "./records.ts";

/** How long a pool that took instances back has none to give. AWS does not say; it may take hours. */
const noCapacityMs = 5 * 60_000;

const groupOf = ({ tags }: InstanceRecord) => tags["aws:autoscaling:groupName"];

export function interruptionReconciler(env: Environment): Reconciler {
  const { store, clock, clients } = env;

  const tell = async (scope: Scope, type: string, resource: string, detail: object) => {
    const { Entries } = await clients.events(asService(scope, "ec2.amazonaws.com")).PutEvents({
      Entries: [
        {
          Source: "aws.ec2",
          DetailType: type,
          Resources: [resource],
          Detail: JSON.stringify(detail),
        },
      ],
    });
    const [refused] = Entries ?? [];
    if (refused?.ErrorCode !== undefined) throw new Error(refused.ErrorMessage);
  };
  const change = (
    scope: Scope,
    instanceId: string,
    write: (
      tx: Transaction,
      record: InterruptionRecord,
      instance: InstanceRecord,
    ) => Promise<void> | void,
  ) =>
    store.transaction(async (tx) => {
      const record = await interruptions.get(tx, scope, instanceId);
      const instance = await instances.get(tx, scope, instanceId);
      if (record && instance) await write(tx, record, instance);
    });

  return {
    name: "ec2/spot-interruption",
    watches: [{ collection: interruptions }],
    async reconcile(scope, [id]): Promise<ReconcileResult | void> {
      const instanceId = String(id);
      const found = await store.transaction(async (tx) => ({
        record: await interruptions.get(tx, scope, instanceId),
        instance: await instances.get(tx, scope, instanceId),
      }));
      const { record, instance } = found;
      if (!record) return;
      const step = planInterruption(record, instance, clock.now());
      switch (step.do) {
        case "wait":
          // Its machine ends without a word to this record.
          return { afterMs: Math.min(step.afterMs ?? 5000, record.acted ? 5000 : Infinity) };
        case "tell-rebalance": {
          const resource = formatArn("ec2", scope, `instance/${instanceId}`);
          await tell(scope, "EC2 Instance Rebalance Recommendation", resource, {
            "instance-id": instanceId,
          });
          return change(scope, instanceId, (tx, now, { tags: _tags, ...rest }) => {
            interruptions.put(tx, scope, [instanceId], {
              ...now,
              told: { ...now.told, rebalance: true },
            });
            const group = groupOf({ ...rest, tags: _tags });
            if (group !== undefined)
              rebalanceRecommendations.put(tx, scope, [group, instanceId], {
                instanceId,
                recommendedMs: now.startedMs,
              });
          });
        }
        case "tell-warning": {
          // This ARN names the zone where others name region and account.
          // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
          const resource = `arn:${partitionOf(scope.region)}:ec2:${instance!.zone}:instance/${instanceId}`;
          await tell(scope, "EC2 Spot Instance Interruption Warning", resource, {
            "instance-id": instanceId,
            "instance-action": record.action,
          });
          return change(scope, instanceId, async (tx, now, { spotRequestId }) => {
            const told = { ...now.told, warning: true as const };
            interruptions.put(tx, scope, [instanceId], { ...now, told });
            const request =
              spotRequestId === undefined
                ? undefined
                : await spotRequests.get(tx, scope, spotRequestId);
            const code = now.action === "stop" ? "marked-for-stop" : "marked-for-termination";
            if (request?.state === "active")
              putSpotRequest(tx, scope, request, "active", code, clock.now());
          });
        }
        case "interrupt":
          return change(scope, instanceId, (tx, now, running) =>
            interrupt(tx, scope, now, running, clock.now()),
          );
        case "forget":
          return store.transaction(async (tx) => {
            interruptions.delete(tx, scope, instanceId);
            const group = instance && groupOf(instance);
            if (group !== undefined) rebalanceRecommendations.delete(tx, scope, group, instanceId);
          });
      }
    },
  };
}

/** Protection against termination does not hold against EC2 itself. */
async function interrupt(
  tx: Transaction,
  scope: Scope,
  record: InterruptionRecord,
  instance: InstanceRecord,
  nowMs: number,
): Promise<void> {
  const { instanceId, spotRequestId, state } = instance;
  interruptions.put(tx, scope, [instanceId], { ...record, acted: true });
  const request =
    spotRequestId === undefined ? undefined : await spotRequests.get(tx, scope, spotRequestId);
  if (request && record.cause === "capacity")
    spotRequests.put(tx, scope, [request.requestId], {
      ...request,
      noCapacityUntilMs: nowMs + noCapacityMs,
    });
  if (state !== "running" && state !== "pending") return;
  const stops = record.action === "stop" && state === "running";
  const stateReason = stops ? stateReasons.spotShutdown : stateReasons.spotTermination;
  changeInstance(tx, scope, instance, {
    state: stops ? "stopping" : "shutting-down",
    stateReason,
    transitionReason: stateReason.code,
  });
}
