import { checkCommandParameters, checkDocument, executionSeconds } from "../commands.ts";
import type { SsmContext, SsmOperation } from "../context.ts";
import {
  duplicateInstanceId,
  invalidInstanceId,
  invalidParameters,
  validationException,
} from "../errors.ts";
import { usualDeliverySeconds } from "../limits.ts";
import { managedInstances } from "../managed-instances.ts";
import { commands, invocations, type CommandRecord } from "../records.ts";
import { commandShape } from "../command-shapes.ts";

type SendInput = Parameters<SsmOperation<"SendCommand">>[0];

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html */
export const sendCommand: SsmOperation<"SendCommand"> = async (input, context) => {
  refuseUnsupported(input);
  const documentName = checkDocument(input.DocumentName!);
  const parameters = input.Parameters ?? {};
  checkCommandParameters(parameters);
  const instanceIds = await targetsOf(input, context);
  const now = context.clock.now();
  const deliverySeconds = input.TimeoutSeconds ?? usualDeliverySeconds;
  const command: CommandRecord = {
    commandId: context.random.uuid(),
    documentName,
    comment: input.Comment ?? "",
    parameters,
    instanceIds: input.InstanceIds ?? [],
    targets: (input.Targets ?? []).map(({ Key, Values }) => ({
      key: Key ?? "",
      values: Values ?? [],
    })),
    requestedMs: now,
    deliverySeconds,
    executionSeconds: executionSeconds(parameters),
    expiresMs: now + (deliverySeconds + executionSeconds(parameters)) * 1000,
  };
  const runs = instanceIds.map((instanceId) => ({
    commandId: command.commandId,
    instanceId,
    requestedMs: now,
    status: "Pending" as const,
    exitCode: -1,
    stdout: "",
    stderr: "",
  }));
  await context.store.transaction((tx) => {
    commands.put(tx, context, [command.commandId], command);
    for (const run of runs) invocations.put(tx, context, [command.commandId, run.instanceId], run);
  });
  return { Command: commandShape(command, runs) };
};

function refuseUnsupported(input: SendInput): void {
  for (const name of [
    "OutputS3BucketName",
    "OutputS3KeyPrefix",
    "ServiceRoleArn",
    "NotificationConfig",
    "CloudWatchOutputConfig",
    "AlarmConfiguration",
    "DocumentHash",
  ] as const)
    if (input[name] !== undefined)
      throw validationException(`Fogbank does not support ${name} in SendCommand.`);
  if ((input.MaxConcurrency ?? "50") !== "50" || (input.MaxErrors ?? "0") !== "0")
    throw validationException(
      "Fogbank sends a command to all instances at once; it does not support MaxConcurrency and MaxErrors.",
    );
}

/** The instances to run on; those that were named must all run. */
async function targetsOf(input: SendInput, context: SsmContext): Promise<string[]> {
  const named = input.InstanceIds ?? [];
  const targets = input.Targets ?? [];
  if (named.length > 0 && targets.length > 0)
    throw invalidParameters("Specify either InstanceIds or Targets, not both.");
  if (new Set(named).size !== named.length) throw duplicateInstanceId();
  const byId = targets.find(({ Key }) => /^instanceids$/i.test(Key ?? ""))?.Values;
  const ids = named.length > 0 ? named : byId;
  const tags = targets.flatMap(({ Key = "", Values = [] }) =>
    Key.startsWith("tag:") ? [{ key: Key.slice("tag:".length), values: Values }] : [],
  );
  if (!ids && tags.length === 0)
    throw invalidParameters("Targets must name InstanceIds or tag:KEY, or InstanceIds be given.");
  const found = await managedInstances(context.clients, context, { ...(ids && { ids }), tags });
  const running = found.map(({ InstanceId }) => InstanceId!);
  const missing = named.filter((id) => !running.includes(id));
  if (missing.length > 0) throw invalidInstanceId(missing, context.account);
  return running;
}
