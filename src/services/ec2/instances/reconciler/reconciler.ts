/**
 * Brings each instance's machine to where its record wants it: looks at both, takes the one step
 * that the plan says, looks again.
 */
import { HostUnavailable, type MachineObservation } from "#compute/driver.ts";
import type { Reconciler, ReconcileResult } from "#services/kit/reconciler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2State } from "../../state.ts";
import { isDark } from "../../faults/records.ts";
import { instanceNetwork } from "../../network/instance-network.ts";
import { vpcs } from "../../network/records.ts";
import { keepRoot } from "../../volumes/keep-root.ts";
import { dataVolumes } from "../../volumes/records.ts";
import { lastConsoles } from "../last-console.ts";
import { watchMachines } from "./machines.ts";
import { machineEnvironment, machineSpec } from "../machine.ts";
import { instances, type InstanceRecord } from "../records.ts";
import { lookAgainMs, plan, type Step } from "./plan.ts";
import * as steps from "./steps.ts";

export function instanceReconciler(env: Environment, state: Ec2State): Reconciler {
  const { store, compute, clock, log } = env;

  /** Changes the record if it is still as it was when the step was planned. */
  const write = (
    scope: Scope,
    planned: InstanceRecord,
    change: (tx: Transaction, instance: InstanceRecord) => void | Promise<void>,
  ) =>
    store.transaction(async (tx) => {
      const instance = await instances.get(tx, scope, planned.instanceId);
      if (instance && instance.state === planned.state) await change(tx, instance);
    });

  const environmentOf = async (scope: Scope, instance: InstanceRecord) =>
    machineEnvironment(
      scope,
      env.gateway.endpoint,
      await state.metadata.start(scope, instance.instanceId),
    );

  /** A machine finds its volumes with their bytes from its first moment. */
  const makeVolumes = async (scope: Scope, { instanceId }: InstanceRecord) => {
    const found = await store.transaction(async (tx) => {
      const now = await instances.get(tx, scope, instanceId);
      return now ? dataVolumes(tx, scope, now) : [];
    });
    for (const { spec } of found) await compute.volumes.create(spec);
    return found.map(({ machineVolume }) => machineVolume);
  };

  const launch = async (scope: Scope, instance: InstanceRecord) => {
    const { instanceId } = instance;
    if (instance.state === "running")
      log.warn("an instance's machine was lost; it starts over from its image", { instanceId });
    try {
      const environment = await environmentOf(scope, instance);
      const vpc = await store.transaction((tx) => vpcs.get(tx, scope, instance.vpcId));
      // Its first range is the one it was made with.
      const cidr = vpc?.cidrs[0]?.cidr;
      const network = cidr === undefined ? undefined : { id: instance.vpcId, cidr };
      await state.network.refresh(scope);
      const volumes = await makeVolumes(scope, instance);
      await compute.launch(machineSpec(scope, instance, environment, network, volumes));
    } catch (error) {
      // No fault of this launch: it is tried again for as long as it takes.
      if (error instanceof HostUnavailable) throw error;
      log.error("launching a machine failed", { ...scope, instanceId, error });
      await write(scope, instance, (tx, now) => steps.launchFailed(tx, scope, now, clock.now()));
      return { afterMs: lookAgainMs };
    }
    await write(scope, instance, (tx, now) => steps.machineStarted(tx, scope, now));
  };

  const start = async (scope: Scope, instance: InstanceRecord) => {
    await state.network.refresh(scope);
    await compute.start(instance.instanceId, {
      cpus: instance.vcpus,
      memoryBytes: instance.memoryBytes,
      hostname: instance.privateDnsName,
      environment: await environmentOf(scope, instance),
      volumes: await makeVolumes(scope, instance),
    });
    await write(scope, instance, (tx, now) => steps.machineStarted(tx, scope, now));
  };

  /** The reason of a machine's end often stands in its last lines only. */
  const keepConsole = async (scope: Scope, instanceId: string) => {
    const { state: machine } = await compute.observe(instanceId);
    if (machine === "absent") return;
    const last = { text: await compute.console(instanceId), takenMs: clock.now() };
    await store.transaction(async (tx) => lastConsoles.put(tx, scope, [instanceId], last));
  };

  const take = async (
    step: Step,
    scope: Scope,
    instance: InstanceRecord,
  ): Promise<ReconcileResult | void> => {
    const nowMs = clock.now();
    const { instanceId } = instance;
    switch (step.do) {
      case "wait":
        return step.afterMs === undefined ? undefined : { afterMs: step.afterMs };
      case "launch":
        return (await launch(scope, instance)) ?? { afterMs: lookAgainMs };
      case "start":
        await start(scope, instance);
        return { afterMs: lookAgainMs };
      case "stop":
        await compute.stop(instanceId, { force: instance.forceStop ?? false });
        return { afterMs: lookAgainMs };
      case "reboot":
        await compute.reboot(instanceId);
        return write(scope, instance, (tx, now) => steps.rebooted(tx, scope, now));
      case "terminate":
        if (instance.state === "shutting-down") {
          await keepRoot(env, scope, instance);
          await keepConsole(scope, instanceId);
        }
        await compute.terminate(instanceId);
        await state.metadata.end(instanceId);
        if (instance.state !== "shutting-down") return { afterMs: lookAgainMs };
        return write(scope, instance, (tx, now) => steps.nowTerminated(tx, scope, now, nowMs));
      case "mark-running":
        return write(scope, instance, async (tx, now) => {
          steps.nowRunning(tx, scope, now, nowMs);
          const network = { random: env.random, now: nowMs };
          await instanceNetwork.assignPublicIps(tx, scope, network, instanceId);
        });
      case "mark-stopped":
        return write(scope, instance, (tx, now) => steps.nowStopped(tx, scope, now));
      case "mark-impaired":
        log.warn("an instance's machine has ended by itself", { ...scope, instanceId });
        return write(scope, instance, (tx, now) => steps.nowImpaired(tx, scope, now, nowMs));
      case "mark-well":
        return write(scope, instance, (tx, now) => steps.nowRunning(tx, scope, now, nowMs));
      case "shut-down":
        return write(scope, instance, (tx, now) => steps.shutDown(tx, scope, now));
      case "give-up":
        return write(scope, instance, (tx, now) => steps.launchGivenUp(tx, scope, now, nowMs));
      case "forget":
        return write(scope, instance, (tx, now) => steps.forget(tx, scope, now));
    }
  };

  return {
    name: "ec2/instance",
    watches: [{ collection: instances }],
    subscribe: (wake) => state.endings.push(watchMachines(env, (scope, id) => wake(scope, [id]))),
    async reconcile(scope, id) {
      const instanceId = String(id[0]);
      const found = await store.transaction(async (tx) => {
        const instance = await instances.get(tx, scope, instanceId);
        return instance && { instance, dark: await isDark(tx, scope, instance) };
      });
      if (!found) return;
      const { instance, dark } = found;
      const observed: MachineObservation = await compute.observe(instanceId);
      const firstLook = !state.seenMachines.has(instanceId);
      state.seenMachines.add(instanceId);
      const { state: machineState, hostFailed = false } = observed;
      const step = plan(
        instance,
        { state: machineState, firstLook, dark, hostFailed },
        clock.now(),
      );
      if (step.do === "forget") state.seenMachines.delete(instanceId);
      return take(step, scope, instance);
    },
  };
}
