/** Runs the steps of a command on one machine, one after the other, and keeps what they print. */
import { CommandEndedEarly } from "#compute/driver.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { deliverOutput } from "./output.ts";
import type { CommandRecord, InvocationRecord, PlannedStep, PluginRun } from "./records.ts";
import { commandFor } from "./steps.ts";

/** What the agent reports for a script that was ended before its time. */
const endedEarlyCode = 137;

type Outcome = Pick<PluginRun, "status" | "exitCode" | "stdout" | "stderr">;

export interface Run {
  env: Environment;
  scope: Scope;
  command: CommandRecord;
  /** In progress already. */
  invocation: InvocationRecord;
  signal: AbortSignal;
  /** Keeps how far it has come. */
  save: (invocation: InvocationRecord) => Promise<void>;
}

export async function runInvocation({ env, scope, command, invocation, signal, save }: Run) {
  const { clock } = env;
  let current = invocation;
  let over = false;
  let forgiven = false;
  for (const [index, step] of command.steps.entries()) {
    if (over && !step.finallyStep) continue;
    const startedMs = clock.now();
    const change = (plugin: Partial<PluginRun>) => {
      const plugins = current.plugins.map((one, at) =>
        at === index ? { ...one, ...plugin } : one,
      );
      current = { ...current, plugins };
    };
    change({ status: "InProgress", startedMs });
    await save(current);
    const outcome = await runStep({ env, scope, command, invocation, signal }, step, index);
    change({ ...outcome, endedMs: clock.now() });
    await deliverOutput({ env, scope, command, invocation: current }, index);
    const failed = outcome.status !== "Success";
    if (failed && step.onFailure === "successAndExit") forgiven = true;
    if (failed ? step.onFailure !== undefined : step.onSuccess === "exit") over = true;
    if (signal.aborted) over = true;
  }
  const ended = current.plugins.filter(({ status }) => status !== "Pending");
  const has = (status: PluginRun["status"]) => ended.some((plugin) => plugin.status === status);
  const status = has("Cancelled")
    ? "Cancelled"
    : has("TimedOut")
      ? "TimedOut"
      : has("Failed") && !forgiven
        ? "Failed"
        : "Success";
  await save({
    ...current,
    status,
    details: status === "TimedOut" ? "ExecutionTimedOut" : status,
    endedMs: clock.now(),
  });
}

async function runStep(
  { env, scope, invocation, signal }: Omit<Run, "save">,
  step: PlannedStep,
  index: number,
): Promise<Outcome> {
  if (step.skipped !== undefined)
    return {
      status: "Success",
      exitCode: 0,
      stdout: `Step execution skipped due to unsatisfied preconditions: '${step.skipped}'. Step name: ${step.name}`,
      stderr: "",
    };
  const { instanceId, commandId } = invocation;
  try {
    const result = await env.compute.execute(
      instanceId,
      commandFor(step, instanceId, commandId, index),
      {
        timeoutMs: step.timeoutSeconds * 1000,
        environment: { AWS_SSM_INSTANCE_ID: instanceId, AWS_SSM_REGION_NAME: scope.region },
        signal,
      },
    );
    if (result.exitCode === 0) return { ...result, status: "Success" };
    const stderr = withLine(
      result.stderr,
      `failed to run commands: exit status ${result.exitCode}`,
    );
    return { ...result, stderr, status: "Failed" };
  } catch (error) {
    if (error instanceof CommandEndedEarly) {
      const { why, stdout, stderr } = error;
      const status = why === "cancelled" ? "Cancelled" : "TimedOut";
      return { status, exitCode: endedEarlyCode, stdout, stderr };
    }
    env.log.warn("a command could not be run", { ...scope, commandId, instanceId, error });
    const stderr = `failed to run commands: ${error instanceof Error ? error.message : String(error)}`;
    return { status: "Failed", exitCode: 1, stdout: "", stderr };
  }
}

function withLine(text: string, line: string): string {
  return text === "" || text.endsWith("\n") ? text + line : `${text}\n${line}`;
}
