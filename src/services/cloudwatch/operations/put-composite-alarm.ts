import type { Operation } from "#services/kit/service.ts";
import { checkActions } from "../alarms/actions.ts";
import { childrenOf, parseRule, RuleError } from "../alarms/composite.ts";
import { putAlarm } from "../alarms/store.ts";
import { validationError } from "../errors.ts";
import type { State } from "../metrics/memory.ts";
import { alarms } from "../records.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
export const putCompositeAlarm: Operation<"cloudwatch", "PutCompositeAlarm", State> = async (
  input,
  context,
) => {
  const name = input.AlarmName!;
  if (input.ActionsSuppressor !== undefined)
    throw validationError("Fogbank does not suppress actions: ActionsSuppressor is not supported.");
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
    await putAlarm(
      tx,
      { random: context.random, scope: context, nowMs: context.clock.now() },
      {
        type: "composite",
        name,
        rule: input.AlarmRule!,
        actionsEnabled: input.ActionsEnabled ?? true,
        ...(input.AlarmDescription !== undefined && { description: input.AlarmDescription }),
        ...actions,
      },
      input.Tags,
    );
  });
  return {};
};

function childrenIn(rule: string): string[] {
  try {
    return childrenOf(parseRule(rule));
  } catch (error) {
    if (error instanceof RuleError)
      throw validationError(`AlarmRule must not contain syntax errors: ${error.message}`);
    throw error;
  }
}
