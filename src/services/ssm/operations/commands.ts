/** What became of commands. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html */
import type { Transaction } from "#store/store.ts";
import { commandShape, invocationDetail, invocationShape } from "../commands/shapes.ts";
import { commandStatus, isOver, isWaiting } from "../commands/status.ts";
import { saveInvocation, tellCommand } from "../commands/save.ts";
import { pageOf, type SsmContext, type SsmOperation, type SsmOperations } from "../context.ts";
import {
  invalidCommandId,
  invalidFilterKey,
  duplicateInstanceId,
  invalidInstanceId,
  invalidPluginName,
  invocationDoesNotExist,
} from "../errors.ts";
import {
  commands,
  invocations,
  type CommandRecord,
  type InvocationRecord,
} from "../commands/records.ts";
import { parseIso } from "#runtime/date.ts";

interface Asked {
  CommandId?: string | undefined;
  InstanceId?: string | undefined;
  Filters?: readonly { key: string | undefined; value: string | undefined }[] | undefined;
}

/** Commands with their invocations, newest first, as far as the request asks for them. */
async function select(tx: Transaction, context: SsmContext, asked: Asked) {
  const all = await commands.list(tx, context);
  const { CommandId } = asked;
  if (CommandId !== undefined && !all.some(({ commandId }) => commandId === CommandId))
    throw invalidCommandId();
  const found: { command: CommandRecord; runs: InvocationRecord[] }[] = [];
  for (const command of all) {
    if (CommandId !== undefined && command.commandId !== CommandId) continue;
    const runs = await invocations.list(tx, context, [command.commandId]);
    if (asked.InstanceId && !runs.some((run) => run.instanceId === asked.InstanceId)) continue;
    if (!passes(command, runs, asked.Filters)) continue;
    found.push({ command, runs });
  }
  return found;
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CommandFilter.html */
function passes(
  command: CommandRecord,
  runs: readonly InvocationRecord[],
  filters: Asked["Filters"],
): boolean {
  return (filters ?? []).every(({ key, value = "" }) => {
    const { status, details } = commandStatus(command, runs);
    if (key === "Status") return status === value || details === value;
    if (key === "DocumentName") return command.documentName === value;
    if (key === "InvokedAfter") return command.requestedMs >= parseIso(value);
    if (key === "InvokedBefore") return command.requestedMs < parseIso(value);
    if (key === "ExecutionStage") {
      const ended = runs.every(isOver);
      return value === "Complete" ? ended : value === "Executing" && !ended;
    }
    throw invalidFilterKey(`The specified key ${key} isn't valid.`);
  });
}

/** Sorts newest first. */
function orderOf(requestedMs: number, id: string): string {
  return `${String(Number.MAX_SAFE_INTEGER - requestedMs).padStart(17, "0")}/${id}`;
}

const listCommands: SsmOperation<"ListCommands"> = async (input, context) => {
  const found = await context.store.transaction((tx) => select(tx, context, input));
  const { items, NextToken } = pageOf(found, input, ({ command }) =>
    orderOf(command.requestedMs, command.commandId),
  );
  return { Commands: items.map(({ command, runs }) => commandShape(command, runs)), NextToken };
};

const listCommandInvocations: SsmOperation<"ListCommandInvocations"> = async (input, context) => {
  const found = await context.store.transaction((tx) => select(tx, context, input));
  const all = found.flatMap(({ command, runs }) =>
    runs
      .filter(({ instanceId }) => !input.InstanceId || instanceId === input.InstanceId)
      .map((run) => ({ command, run })),
  );
  const { items, NextToken } = pageOf(all, input, ({ run }) =>
    orderOf(run.requestedMs, `${run.commandId}/${run.instanceId}`),
  );
  return {
    CommandInvocations: items.map(({ command, run }) =>
      invocationShape(command, run, input.Details ?? false),
    ),
    NextToken,
  };
};

const getCommandInvocation: SsmOperation<"GetCommandInvocation"> = async (input, context) =>
  context.store.transaction(async (tx) => {
    const command = await commands.get(tx, context, input.CommandId!);
    const run = await invocations.get(tx, context, input.CommandId!, input.InstanceId!);
    if (!command || !run) throw invocationDoesNotExist();
    const named = run.plugins.findIndex(({ name }) => name === input.PluginName);
    if (input.PluginName !== undefined && named < 0) throw invalidPluginName();
    const index = named >= 0 ? named : run.plugins.length === 1 ? 0 : undefined;
    return invocationDetail(command, run, index);
  });

/** Those that wait are over at once; those that run are ended on their machines. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CancelCommand.html */
const cancelCommand: SsmOperation<"CancelCommand"> = async (input, context) => {
  const ids = input.InstanceIds ?? [];
  if (new Set(ids).size !== ids.length) throw duplicateInstanceId();
  await context.store.transaction(async (tx) => {
    const commandId = input.CommandId!;
    const command = await commands.get(tx, context, commandId);
    if (!command) throw invalidCommandId();
    const runs = await invocations.list(tx, context, [commandId]);
    const missing = ids.filter((id) => !runs.some(({ instanceId }) => instanceId === id));
    if (missing.length > 0) throw invalidInstanceId(missing, context.account);
    const at = { scope: context, random: context.random, nowMs: context.clock.now() };
    const chosen = runs.filter((run) => ids.length === 0 || ids.includes(run.instanceId));
    const changed: CommandRecord = ids.length === 0 ? { ...command, cancelled: true } : command;
    if (!runs.every(isOver)) commands.put(tx, context, [commandId], changed);
    for (const run of chosen) {
      if (isOver(run)) continue;
      const status = isWaiting(run) ? ("Cancelled" as const) : ("Cancelling" as const);
      const ended = status === "Cancelled" ? { endedMs: at.nowMs } : {};
      await saveInvocation(tx, at, commandId, { ...run, ...ended, status, details: status });
    }
    const now = await commands.get(tx, context, commandId);
    await tellCommand(tx, at, now!);
  });
  return {};
};

export const commandOperations: SsmOperations = {
  ListCommands: listCommands,
  ListCommandInvocations: listCommandInvocations,
  GetCommandInvocation: getCommandInvocation,
  CancelCommand: cancelCommand,
};
