import type { Operation, Principal } from "#services/kit/service.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import { busPlace, defaultBus, findBus, ruleArn } from "../buses.ts";
import { limitExceeded, validation } from "../errors.ts";
import { limits } from "../limits.ts";
import { parseEventPattern } from "#services/kit/event-pattern/pattern.ts";
import { rules } from "../records.ts";
import { refuseManaged } from "../rules.ts";
import { nextRun } from "../schedule.ts";
import type { EventsState } from "../state.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
export const putRule: Operation<"events", "PutRule", EventsState> = async (input, context) => {
  const { Name: name = "", EventPattern: pattern, ScheduleExpression: schedule } = input;
  const { State: state = "ENABLED", Description: description, RoleArn: roleArn } = input;
  const place = busPlace(input.EventBusName, context);
  if (!pattern && !schedule)
    throw validation("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  if (schedule && place.name !== defaultBus)
    throw validation("ScheduleExpression is supported only on the default event bus.");
  if (pattern) parseEventPattern(pattern);
  const nextMs = schedule ? nextRun(schedule, context.clock.now()) : undefined;
  const { principal } = context;
  await context.store.transaction(async (tx) => {
    await findBus(tx, place, context.clock);
    const present = await rules.get(tx, place.scope, place.name, name);
    if (present) refuseManaged(present, principal);
    else if ((await rules.list(tx, place.scope, [place.name])).length >= limits.rulesPerBus)
      throw limitExceeded();
    const unchanged = present?.schedule === schedule && present?.state === state;
    const dueMs = unchanged ? present?.nextMs : nextMs;
    rules.put(tx, place.scope, [place.name, name], {
      name,
      bus: place.name,
      state,
      ...(description !== undefined && { description }),
      ...(pattern && { pattern }),
      ...(schedule && { schedule }),
      ...(roleArn !== undefined && { roleArn }),
      ...(isManager(principal) && { managedBy: principal.arn }),
      createdBy: present?.createdBy ?? principal.account,
      // "If you are updating an existing rule, any tags you specify in the PutRule operation are ignored."
      tags: present?.tags ?? tagsFromList(input.Tags),
      targets: present?.targets ?? [],
      ...(dueMs !== undefined && { nextMs: dueMs }),
    });
  });
  return { RuleArn: ruleArn(place.scope, place.name, name) };
};

/** Services that make rules for themselves; CloudFormation makes them for its user. */
function isManager({ type, arn }: Principal): boolean {
  return type === "service" && arn !== "cloudformation.amazonaws.com";
}
