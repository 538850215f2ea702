import type { Operation } from "#services/kit/service.ts";
import type { Input } from "#model/sdk.ts";
import { checkActions } from "../alarms/actions.ts";
import { childrenOf, nameOf, parseRule, RuleError } from "../alarms/composite.ts";
import { putAlarm } from "../alarms/store.ts";
import { validationError } from "../errors.ts";
import type { State } from "../metrics/memory.ts";
import { alarms, type CompositeAlarmRecord } from "../records.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
export const putCompositeAlarm: Operation<"cloudwatch", "PutCompositeAlarm", State> = async (
  input,
  context,
) => {
  const name = input.AlarmName!;
  const suppressor = suppressorOf(input);
  const children = childrenIn(input.AlarmRule!);
  if (children.length > 100)
    throw validationError("An alarm rule can refer to at most 100 alarms.");
  if (children.includes(name))
    throw validationError(`The alarm ${name} cannot refer to itself in AlarmRule.`);
  const actions = {
    okActions: input.OKActions ?? [],
    alarmActions: input.AlarmActions ?? [],
    insufficientDataActions: input.InsufficientDataActions ?? [],
  };
  checkActions(Object.values(actions).flat(), {
    region: context.region,
    instance: false,
    composite: true,
  });
  await context.store.transaction(async (tx) => {
    for (const child of children)
      if (!(await alarms.get(tx, context, child)))
        throw validationError(
          `Could not save the composite alarm as alarms [${child}] in the alarm rule do not exist`,
        );
    if (suppressor && !(await alarms.get(tx, context, suppressor.name)))
      throw validationError(
        `Could not save the composite alarm as the alarm [${suppressor.given}] in ActionsSuppressor does not exist`,
      );
    await putAlarm(
      tx,
      { random: context.random, scope: context, nowMs: context.clock.now() },
      {
        type: "composite",
        name,
        rule: input.AlarmRule!,
        ...(suppressor && { suppressor }),
        actionsEnabled: input.ActionsEnabled ?? true,
        ...(input.AlarmDescription !== undefined && { description: input.AlarmDescription }),
        ...actions,
      },
      input.Tags,
    );
  });
  return {};
};

function suppressorOf({
  AlarmName,
  ActionsSuppressor: given,
  ActionsSuppressorWaitPeriod: waitSeconds,
  ActionsSuppressorExtensionPeriod: extensionSeconds,
}: Input<"cloudwatch", "PutCompositeAlarm">): CompositeAlarmRecord["suppressor"] {
  if (given === undefined) {
    if (waitSeconds === undefined && extensionSeconds === undefined) return undefined;
    throw validationError(
      "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod can only be specified with ActionsSuppressor.",
    );
  }
  if (waitSeconds === undefined || extensionSeconds === undefined)
    throw validationError(
      "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod are required when ActionsSuppressor is specified.",
    );
  if (waitSeconds < 0 || extensionSeconds < 0)
    throw validationError(
      "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod must not be negative.",
    );
  const name = nameOf(given);
  if (name === AlarmName)
    throw validationError(`The alarm ${name} cannot be the ActionsSuppressor of itself.`);
  return { name, given, waitSeconds, extensionSeconds };
}

function childrenIn(rule: string): string[] {
  try {
    return childrenOf(parseRule(rule));
  } catch (error) {
    if (error instanceof RuleError)
      throw validationError(`AlarmRule must not contain syntax errors: ${error.message}`);
    throw error;
  }
}
