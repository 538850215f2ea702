import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { plan, undeliverable } from "../commands/plan.ts";
import {
  commands,
  invocations,
  type CommandRecord,
  type InvocationRecord,
} from "../commands/records.ts";
import { runInvocation } from "../commands/run.ts";
import { saveInvocation } from "../commands/save.ts";
import { isOver, isWaiting } from "../commands/status.ts";
import type { State } from "../state.ts";

/** How soon to look again for an instance that does not run yet. */
const lookAgainMs = 5000;
/** How long a command is remembered. https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm */
const historyMs = 30 * 24 * 3600 * 1000;
const lost = "Fogbank ended while the command ran; what became of it is not known.";

/** Starts commands on their machines, so many at a time as they allow, and settles those that were lost with an earlier process. */
export function commandRunner(env: Environment, state: State): Reconciler {
  const { store, clock, compute, random } = env;

  const save = (scope: Scope, run: InvocationRecord) =>
    store.transaction((tx) =>
      saveInvocation(tx, { scope, random, nowMs: clock.now() }, run.commandId, run),
    );
  const start = async (scope: Scope, command: CommandRecord, waiting: InvocationRecord) => {
    const key = `${waiting.commandId}/${waiting.instanceId}`;
    const abort = new AbortController();
    // Known to run before its record says so, or the next pass would take it for lost.
    state.running.set(key, abort);
    const invocation: InvocationRecord = {
      ...waiting,
      status: "InProgress",
      details: "InProgress",
      startedMs: clock.now(),
    };
    await save(scope, invocation);
    const { signal } = abort;
    const keep = (run: InvocationRecord) => save(scope, run);
    void runInvocation({ env, scope, command, invocation, signal, save: keep })
      .catch((error: unknown) => env.log.error("a command's end was not recorded", { key, error }))
      .finally(() => state.running.delete(key));
  };
  const settleLost = async (scope: Scope, run: InvocationRecord) => {
    const plugins = run.plugins.map((plugin) =>
      plugin.status === "InProgress"
        ? { ...plugin, status: "Failed" as const, exitCode: 1, stderr: lost, endedMs: clock.now() }
        : plugin,
    );
    await save(scope, {
      ...run,
      status: run.status === "Cancelling" ? "Cancelled" : "Failed",
      details: run.status === "Cancelling" ? "Cancelled" : "Failed",
      plugins,
      endedMs: clock.now(),
    });
  };

  return {
    name: "ssm/run-command",
    watches: [
      { collection: commands },
      { collection: invocations, idOf: ([commandId]) => [commandId!] },
    ],
    async reconcile(scope, [commandId]) {
      const { command, runs } = await store.transaction(async (tx) => ({
        command: await commands.get(tx, scope, commandId!),
        runs: await invocations.list(tx, scope, [commandId!]),
      }));
      if (!command) return;
      for (const run of runs) {
        if (isOver(run) || isWaiting(run)) continue;
        const abort = state.running.get(`${run.commandId}/${run.instanceId}`);
        if (!abort) await settleLost(scope, run);
        else if (run.status === "Cancelling") abort.abort();
      }
      const { candidates, slots, settled } = plan(command, runs, clock.now());
      for (const run of settled) await save(scope, run);
      let free = slots;
      for (const run of candidates) {
        if (free === 0) break;
        const machine = await compute.observe(run.instanceId);
        if (machine.state === "running") {
          await start(scope, command, run);
          free -= 1;
        } else if (machine.state === "absent") await save(scope, undeliverable(run, clock.now()));
        else if (run.status === "Pending")
          await save(scope, { ...run, status: "Delayed", details: "Delayed" });
      }
      if (candidates.length > 0) return { afterMs: lookAgainMs };
      const leftMs = command.requestedMs + historyMs - clock.now();
      if (leftMs > 0 || !runs.every(isOver)) return { afterMs: Math.max(leftMs, lookAgainMs) };
      await store.transaction(async (tx) => {
        for (const { id } of await invocations.entries(tx, scope, [commandId!]))
          invocations.delete(tx, scope, ...id);
        commands.delete(tx, scope, commandId!);
      });
      return;
    },
  };
}
