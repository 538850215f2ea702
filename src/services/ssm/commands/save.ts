/** Keeps an invocation's next state, and what is to be told of it and of its command. */
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { putNotice } from "../notices.ts";
import { commands, invocations, type CommandRecord, type InvocationRecord } from "./records.ts";
import { commandStatus, isOver } from "./status.ts";
import { commandNotice, invocationNotice } from "./tell.ts";

export async function saveInvocation(
  tx: Transaction,
  { scope, random, nowMs }: { scope: Scope; random: Random; nowMs: number },
  commandId: string,
  changed: InvocationRecord,
): Promise<void> {
  const command = await commands.get(tx, scope, commandId);
  const before = await invocations.get(tx, scope, commandId, changed.instanceId);
  if (!command || !before) return;
  // Somebody may have called it off while its next step was being kept.
  const next: InvocationRecord =
    before.status === "Cancelling" && !isOver(changed)
      ? { ...changed, status: "Cancelling", details: "Cancelling" }
      : changed;
  invocations.put(tx, scope, [commandId, next.instanceId], next);
  if (before.status !== next.status)
    putNotice(tx, scope, random, invocationNotice(scope, command, next, nowMs));
  await tellCommand(tx, { scope, random, nowMs }, command);
}

/** Tells of the command's own state when it is another than the one that was told last. */
export async function tellCommand(
  tx: Transaction,
  { scope, random, nowMs }: { scope: Scope; random: Random; nowMs: number },
  command: CommandRecord,
): Promise<void> {
  const runs = await invocations.list(tx, scope, [command.commandId]);
  const { status } = commandStatus(command, runs);
  if (status === command.told) return;
  commands.put(tx, scope, [command.commandId], { ...command, told: status });
  const ids = runs.map(({ instanceId }) => instanceId);
  putNotice(tx, scope, random, commandNotice(scope, command, status, ids, nowMs));
}
