import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { scriptOf } from "../commands.ts";
import { commands, invocations, type CommandRecord, type InvocationRecord } from "../records.ts";
import type { State } from "../state.ts";

/** How soon to look again for an instance that does not run yet. */
const lookAgainMs = 5000;

/** Starts commands on their machines, and settles those that were lost with an earlier process. */
export function commandRunner(env: Environment, state: State): Reconciler {
  const { store, clock, compute } = env;

  const put = (scope: Scope, record: InvocationRecord) =>
    store.transaction((tx) =>
      invocations.put(tx, scope, [record.commandId, record.instanceId], record),
    );
  const run = async (scope: Scope, command: CommandRecord, started: InvocationRecord) => {
    let outcome: Pick<InvocationRecord, "status" | "exitCode" | "stdout" | "stderr">;
    try {
      const result = await compute.execute(started.instanceId, scriptOf(command), {
        timeoutMs: command.executionSeconds * 1000,
      });
      outcome = { ...result, status: result.exitCode === 0 ? "Success" : "Failed" };
    } catch (error) {
      const timedOut = error instanceof Error && error.name === "CommandTimeoutError";
      const stderr = error instanceof Error ? error.message : String(error);
      outcome = { status: timedOut ? "TimedOut" : "Failed", exitCode: -1, stdout: "", stderr };
    }
    await put(scope, { ...started, ...outcome, endedMs: clock.now() });
  };
  return {
    name: "ssm/run-command",
    watches: [{ collection: invocations }],
    async reconcile(scope, id) {
      const { command, invocation } = await store.transaction(async (tx) => ({
        command: await commands.get(tx, scope, id[0]!),
        invocation: await invocations.get(tx, scope, ...id),
      }));
      if (!command || !invocation) return;
      const key = id.join("/");
      const now = clock.now();
      if (invocation.status === "InProgress" && !state.running.has(key)) {
        const stderr = "Fogbank ended while the command ran; what became of it is not known.";
        await put(scope, { ...invocation, status: "Failed", exitCode: -1, stderr, endedMs: now });
      }
      if (invocation.status !== "Pending") return;
      if (now >= invocation.requestedMs + command.deliverySeconds * 1000) {
        await put(scope, { ...invocation, status: "TimedOut", endedMs: now });
        return;
      }
      const machine = await compute.observe(invocation.instanceId);
      if (machine.state !== "running") return { afterMs: lookAgainMs };
      const started: InvocationRecord = { ...invocation, status: "InProgress", startedMs: now };
      // Known to run before its record says so, or the next pass would take it for lost.
      state.running.add(key);
      await put(scope, started);
      void run(scope, command, started)
        .catch((error: unknown) =>
          env.log.error("a command's end was not recorded", { key, error }),
        )
        .finally(() => state.running.delete(key));
      return;
    },
  };
}
