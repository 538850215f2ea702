import type { Instance } from "@aws-sdk/client-ec2";
import type { SsmContext, SsmOperation } from "../context.ts";
import { tellCommand } from "../commands/save.ts";
import {
  commands,
  invocations,
  type CommandRecord,
  type InvocationRecord,
} from "../commands/records.ts";
import { commandShape } from "../commands/shapes.ts";
import { planSteps } from "../commands/steps.ts";
import { contentOf, findDocument } from "../documents/find.ts";
import { storeReferences, valuesFor, withStoreValues } from "../documents/values.ts";
import {
  invalidDocument,
  invalidNotificationConfig,
  invalidParameters,
  validationException,
} from "../errors.ts";
import { usualDeliverySeconds } from "../limits.ts";
import { findRecord } from "../parameters.ts";
import { commandTargets } from "../commands/targets.ts";

type SendInput = Parameters<SsmOperation<"SendCommand">>[0];

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html */
export const sendCommand: SsmOperation<"SendCommand"> = async (input, context) => {
  refuseUnsupported(input);
  const found = await context.store.transaction((tx) =>
    findDocument(tx, context, input.DocumentName!, { DocumentVersion: input.DocumentVersion }),
  );
  if (found.document.type !== "Command") throw invalidDocument(input.DocumentName!);
  const content = contentOf(found);
  const given = await withParameterStore(input.Parameters ?? {}, context);
  const values = valuesFor(content.parameters, given, input.DocumentName!);
  const steps = planSteps(await withParameterStore(content, context), values);
  const instances = await commandTargets(input, context);
  const now = context.clock.now();
  const deliverySeconds = input.TimeoutSeconds ?? usualDeliverySeconds;
  const longestSeconds = Math.max(...steps.map(({ timeoutSeconds }) => timeoutSeconds));
  const command: CommandRecord = {
    commandId: context.random.uuid(),
    documentName: input.DocumentName!,
    documentVersion: input.DocumentVersion ?? "$DEFAULT",
    comment: input.Comment ?? "",
    parameters: input.Parameters ?? {},
    instanceIds: input.InstanceIds ?? [],
    targets: (input.Targets ?? []).map(({ Key, Values }) => ({
      key: Key ?? "",
      values: Values ?? [],
    })),
    steps,
    requestedMs: now,
    deliverySeconds,
    expiresMs: now + (deliverySeconds + longestSeconds) * 1000,
    maxConcurrency: input.MaxConcurrency ?? "50",
    maxErrors: input.MaxErrors ?? "0",
    ...deliveryOf(input),
    told: "",
  };
  const runs = instances.map((instance) => invocationOf(command, instance));
  await context.store.transaction(async (tx) => {
    commands.put(tx, context, [command.commandId], command);
    for (const run of runs) invocations.put(tx, context, [command.commandId, run.instanceId], run);
    await tellCommand(tx, { scope: context, random: context.random, nowMs: now }, command);
  });
  return { Command: commandShape(command, runs) };
};

function refuseUnsupported(input: SendInput): void {
  for (const name of ["AlarmConfiguration", "DocumentHash"] as const)
    if (input[name] !== undefined)
      throw validationException(`Fogbank does not support ${name} in SendCommand.`);
}

function deliveryOf(input: SendInput): Partial<CommandRecord> {
  const {
    OutputS3BucketName: bucket,
    NotificationConfig: notify,
    CloudWatchOutputConfig: logs,
  } = input;
  const topicArn = notify?.NotificationArn;
  if (topicArn && !/^arn:[^:]+:sns:[^:]*:\d{12}:/.test(topicArn))
    throw invalidNotificationConfig(`The topic ${topicArn} isn't valid.`);
  if (topicArn && input.ServiceRoleArn === undefined)
    throw invalidParameters("ServiceRoleArn is needed for notifications.");
  const group = logs?.CloudWatchLogGroupName;
  const name = input.DocumentName!.replace(/^arn:.*document\//, "");
  return {
    ...(bucket && {
      output: {
        bucket,
        prefix: input.OutputS3KeyPrefix ?? "",
        ...(input.OutputS3Region !== undefined && { region: input.OutputS3Region }),
      },
    }),
    ...(input.ServiceRoleArn !== undefined && { serviceRole: input.ServiceRoleArn }),
    ...(topicArn && {
      notification: {
        topicArn,
        events: notify.NotificationEvents ?? ["All"],
        type: notify.NotificationType ?? "Command",
      },
    }),
    ...(logs && {
      logsAsked: { ...(group && { group }), enabled: logs.CloudWatchOutputEnabled ?? false },
    }),
    ...(logs?.CloudWatchOutputEnabled && { logGroup: group || `/aws/ssm/${name}` }),
  };
}

function invocationOf(command: CommandRecord, { InstanceId, Tags }: Instance): InvocationRecord {
  return {
    commandId: command.commandId,
    instanceId: InstanceId!,
    instanceName: Tags?.find(({ Key }) => Key === "Name")?.Value ?? "",
    requestedMs: command.requestedMs,
    status: "Pending",
    details: "Pending",
    plugins: command.steps.map(({ name, action }) => ({
      name,
      action,
      status: "Pending",
      exitCode: -1,
      stdout: "",
      stderr: "",
    })),
  };
}

/** Puts parameters of Parameter Store where {{ssm:name}} asks for them. https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-examples.html */
async function withParameterStore<T>(template: T, context: SsmContext): Promise<T> {
  const names = [...new Set(storeReferences(template))];
  if (names.length === 0) return template;
  const found = new Map<string, string>();
  await context.store.transaction(async (tx) => {
    for (const name of names) {
      const parameter = await findRecord(tx, context, name);
      if (!parameter) throw invalidParameters(`Parameters [${name}] not found.`);
      if (parameter.current.type === "SecureString")
        throw invalidParameters(
          `Parameter ${name} is a SecureString, which a command's document can't refer to.`,
        );
      found.set(name, parameter.current.value);
    }
  });
  return withStoreValues(template, found);
}
