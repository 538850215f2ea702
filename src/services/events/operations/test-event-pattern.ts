import type { Operation } from "#services/kit/service.ts";
import { validation } from "../errors.ts";
import { parseEventPattern } from "#services/kit/event-pattern/pattern.ts";
import type { EventsState } from "../state.ts";

const required = ["id", "account", "source", "time", "region", "resources", "detail-type"];

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html */
export const testEventPattern: Operation<"events", "TestEventPattern", EventsState> = async (
  input,
) => {
  const wants = parseEventPattern(input.EventPattern ?? "");
  let event: unknown;
  try {
    event = JSON.parse(input.Event ?? "");
  } catch {
    throw validation("Parameter Event is not valid. Reason: Event is not valid JSON.");
  }
  if (typeof event !== "object" || event === null || Array.isArray(event))
    throw validation("Parameter Event is not valid. Reason: Event must be a JSON object.");
  for (const name of required)
    if (!(name in event))
      throw validation(`Parameter Event is not valid. Reason: Field ${name} is missing.`);
  return { Result: wants(event) };
};
