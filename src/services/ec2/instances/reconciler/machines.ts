/** Watches the driver: wakes the instances whose machines changed, ends machines that nobody wants. */
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { scopeOfMachine } from "../machine.ts";
import { instances } from "../records.ts";

/** Gives back what ends the watching. */
export function watchMachines(
  env: Environment,
  wake: (scope: Scope, instanceId: string) => void,
): () => void {
  const { compute, clock, log } = env;
  return compute.onChange((id) => {
    const look = async () => {
      const { labels } = await compute.observe(id);
      const scope = scopeOfMachine(labels);
      if (scope) wake(scope, id);
    };
    clock
      .track(look())
      .catch((error: unknown) => log.error("looking at a machine failed", { id, error }));
  });
}

/** Ends machines of an earlier run whose instances are gone. */
export async function endOrphans({ compute, store, log }: Environment): Promise<void> {
  for (const machine of await compute.list()) {
    const scope = scopeOfMachine(machine.labels);
    if (!scope) continue;
    const wanted = await store.transaction((tx) => instances.get(tx, scope, machine.id));
    if (wanted) continue;
    log.warn("ending a machine that no instance wants", { id: machine.id });
    await compute.terminate(machine.id);
  }
}
