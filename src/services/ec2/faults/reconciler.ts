/** Does to machines what faults say, again after each of their starts, and takes it back at the end. */
import { ImpossibleImpairment } from "#compute/driver.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { changeInstance, instances } from "../instances/records.ts";
import { volumes } from "../volumes/records.ts";
import { closePort } from "./close-port.ts";
import { planFault, type FaultStep } from "./plan.ts";
import { faults } from "./records.ts";

/** Machines that come to run meanwhile are found this much later at the most. */
const lookAgainMs = 5000;

export function faultReconciler(env: Environment): Reconciler {
  const { store, compute, clock, log } = env;

  const take = async (scope: Scope, step: FaultStep): Promise<void> => {
    switch (step.do) {
      case "kill":
        for (const instanceId of step.instanceIds) await compute.kill(instanceId);
        return;
      case "close-port":
        return closePort(compute, step.instanceId, step.port);
      case "impair":
        if ((await compute.observe(step.instanceId)).state === "running")
          await compute.impair(step.instanceId, step.impairment);
        return;
      case "stall":
        return compute.volumes.impair(step.volumeId, { paused: step.paused });
      case "revive":
        // A reboot is what revives an instance whose machine has died.
        return store.transaction(async (tx) => {
          for (const instanceId of step.instanceIds) {
            const instance = await instances.get(tx, scope, instanceId);
            if (instance?.machine.impairedMs === undefined) continue;
            changeInstance(tx, scope, instance, { rebootsWanted: instance.rebootsWanted + 1 });
          }
        });
    }
  };

  return {
    name: "ec2/fault",
    watches: [{ collection: faults }],
    async reconcile(scope, id) {
      const [faultId] = id;
      const { all, machines, present } = await store.transaction(async (tx) => ({
        all: await faults.list(tx, scope),
        machines: await instances.list(tx, scope),
        present: new Set((await volumes.list(tx, scope)).map(({ volumeId }) => volumeId)),
      }));
      const fault = all.find((one) => one.faultId === faultId);
      if (!fault) return;
      if ("volumeId" in fault.target && !present.has(fault.target.volumeId)) {
        await store.transaction(async (tx) => faults.delete(tx, scope, ...id));
        return;
      }
      const others = all.filter((one) => one !== fault);
      const plan = planFault(fault, machines, others, clock.now());
      try {
        for (const step of plan.steps) await take(scope, step);
      } catch (error) {
        if (!(error instanceof ImpossibleImpairment)) throw error;
        const impossible = error.message;
        log.warn("a fault is impossible here", { faultId, reason: impossible });
        await store.transaction(async (tx) => {
          const now = await faults.get(tx, scope, ...id);
          if (now && now.impossible !== impossible)
            faults.put(tx, scope, id, { ...now, impossible });
        });
        return;
      }
      if (plan.afterwards === "forget") {
        await store.transaction(async (tx) => faults.delete(tx, scope, ...id));
        return;
      }
      return { afterMs: Math.min(plan.afterMs ?? lookAgainMs, lookAgainMs) };
    },
  };
}
