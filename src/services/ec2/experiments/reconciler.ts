/** Plays experiments: begins and ends their actions on the cloud's clock, stops when an alarm says so. */
import { asService } from "#services/kit/principal.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { actionKinds } from "./actions.ts";
import { planExperiment } from "./plan.ts";
import { experiments, type ActionRecord, type ExperimentRecord } from "./records.ts";

/** How often stop conditions are looked at; FIS does not say. */
const watchEveryMs = 10_000;

export function experimentReconciler(env: Environment): Reconciler {
  const { store, clock, log } = env;

  const write = (
    scope: Scope,
    id: string,
    change: (experiment: ExperimentRecord) => ExperimentRecord,
  ) =>
    store.transaction(async (tx) => {
      const present = await experiments.get(tx, scope, id);
      if (present) experiments.put(tx, scope, [id], change(present));
    });
  const writeAction = (scope: Scope, id: string, name: string, changes: Partial<ActionRecord>) =>
    write(scope, id, (experiment) => ({
      ...experiment,
      actions: { ...experiment.actions, [name]: { ...experiment.actions[name]!, ...changes } },
    }));

  /** The name of an alarm that stops the experiment. */
  const alarmed = async (scope: Scope, { stopAlarms }: ExperimentRecord) => {
    if (stopAlarms.length === 0) return undefined;
    const cloudwatch = env.clients.cloudwatch(asService(scope, "fis.amazonaws.com"));
    const { MetricAlarms = [], CompositeAlarms = [] } = await cloudwatch.DescribeAlarms({
      AlarmNames: stopAlarms,
      AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
      StateValue: "ALARM",
    });
    return [...MetricAlarms, ...CompositeAlarms][0]?.AlarmName;
  };

  const begin = async (scope: Scope, experiment: ExperimentRecord, name: string) => {
    const id = experiment.experimentId;
    const action = experiment.actions[name]!;
    const kind = actionKinds[action.actionId]!;
    const startedMs = clock.now();
    try {
      await kind.begin({ env, scope, action, name: `${id}-${name}` });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn("an action of an experiment failed", { experiment: id, action: name, error });
      await writeAction(scope, id, name, {
        state: "failed",
        startedMs,
        endedMs: startedMs,
        reason,
      });
      return write(scope, id, (now) => ({
        ...now,
        state: "stopping",
        reason: `${name}: ${reason}`,
      }));
    }
    const lastsMs = kind.lastsMs?.(action.parameters) ?? 0;
    return writeAction(
      scope,
      id,
      name,
      lastsMs > 0
        ? { state: "running", startedMs, dueMs: startedMs + lastsMs }
        : { state: "completed", startedMs, endedMs: startedMs },
    );
  };
  const end = async (scope: Scope, experiment: ExperimentRecord, name: string) => {
    const id = experiment.experimentId;
    const action = experiment.actions[name]!;
    await actionKinds[action.actionId]!.end?.({ env, scope, action, name: `${id}-${name}` });
    const state = experiment.state === "stopping" ? "stopped" : "completed";
    await writeAction(scope, id, name, { state, endedMs: clock.now() });
  };

  return {
    name: "ec2/experiment",
    watches: [{ collection: experiments }],
    async reconcile(scope, key) {
      const id = String(key[0]);
      const experiment = await store.transaction((tx) => experiments.get(tx, scope, id));
      if (!experiment || experiment.endedMs !== undefined) return;
      if (experiment.state === "running") {
        const alarm = await alarmed(scope, experiment);
        if (alarm !== undefined)
          return write(scope, id, (now) => ({
            ...now,
            state: "stopping",
            reason: `Experiment halted by stop condition ${alarm}`,
          }));
      }
      const plan = planExperiment(experiment, clock.now());
      for (const name of plan.end) await end(scope, experiment, name);
      for (const name of plan.begin) await begin(scope, experiment, name);
      const { outcome } = plan;
      if (outcome !== undefined)
        return write(scope, id, (now) => ({
          ...now,
          state: outcome,
          endedMs: clock.now(),
          actions: Object.fromEntries(
            Object.entries(now.actions).map(([name, action]) => [
              name,
              action.state === "pending" ? { ...action, state: "skipped" } : action,
            ]),
          ),
        }));
      return { afterMs: Math.min(plan.afterMs ?? watchEveryMs, watchEveryMs) };
    },
  };
}
