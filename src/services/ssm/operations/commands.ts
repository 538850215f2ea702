/** What became of commands. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html */
import type { Transaction } from "#store/store.ts";
import { commandShape, invocationDetail, invocationShape } from "../command-shapes.ts";
import { pluginName, statusOf } from "../commands.ts";
import { pageOf, type SsmContext, type SsmOperation, type SsmOperations } from "../context.ts";
import {
  invalidCommandId,
  invalidFilterKey,
  invocationDoesNotExist,
  validationException,
} from "../errors.ts";
import { commands, invocations, type CommandRecord, type InvocationRecord } from "../records.ts";

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

function passes(
  command: CommandRecord,
  runs: readonly InvocationRecord[],
  filters: Asked["Filters"],
): boolean {
  return (filters ?? []).every(({ key, value }) => {
    if (key === "Status") return statusOf(runs) === value;
    if (key === "DocumentName") return command.documentName === value;
    throw invalidFilterKey(`Fogbank does not support the filter ${key}.`);
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

const getCommandInvocation: SsmOperation<"GetCommandInvocation"> = async (input, context) => {
  if (input.PluginName !== undefined && input.PluginName !== pluginName)
    throw validationException(`The command has no plugin ${input.PluginName}.`);
  return context.store.transaction(async (tx) => {
    const command = await commands.get(tx, context, input.CommandId!);
    const run = await invocations.get(tx, context, input.CommandId!, input.InstanceId!);
    if (!command || !run) throw invocationDoesNotExist();
    return invocationDetail(command, run);
  });
};

export const commandOperations: SsmOperations = {
  ListCommands: listCommands,
  ListCommandInvocations: listCommandInvocations,
  GetCommandInvocation: getCommandInvocation,
};
