/** The one way in which Start, Stop and TerminateInstances change states: all instances or none. */
import type { InstanceStateChange } from "@aws-sdk/client-ec2";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context } from "../../context.ts";
import { invalidParameterCombination } from "../../errors.ts";
import { darkZones } from "../../faults/records.ts";
import { changeInstance, findInstances, type InstanceRecord } from "../records.ts";
import { stateOf } from "../states.ts";

/**
 * Applies the change to every instance and tells its former and its new state. `changeOf` throws
 * where an instance's state forbids the change; it is told the zones that have no power.
 */
export function changeStates(
  context: Ec2Context,
  instanceIds: readonly string[] | undefined,
  changeOf: (
    instance: InstanceRecord,
    dark: ReadonlySet<string>,
    tx: Transaction,
  ) => Partial<InstanceRecord> | Promise<Partial<InstanceRecord>>,
): Promise<InstanceStateChange[]> {
  if (!instanceIds?.length) throw invalidParameterCombination("No instances specified");
  return context.store.transaction(async (tx) => {
    const found = await findInstances(tx, context, instanceIds);
    const dark = await darkZones(tx, context);
    const changes: { instance: InstanceRecord; change: Partial<InstanceRecord> }[] = [];
    for (const instance of found)
      changes.push({ instance, change: await changeOf(instance, dark, tx) });
    return changes.map(({ instance, change }) => {
      const changed = { ...instance, ...change };
      if (changed.state !== instance.state || changed.forceStop !== instance.forceStop)
        changeInstance(tx, context, instance, change);
      return {
        InstanceId: instance.instanceId,
        PreviousState: stateOf(instance.state),
        CurrentState: stateOf(changed.state),
      };
    });
  });
}
