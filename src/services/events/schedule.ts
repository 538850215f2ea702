import { nextRunOf } from "#services/kit/schedule.ts";
import { validation } from "./errors.ts";

const invalidSchedule = () => validation("Parameter ScheduleExpression is not valid.");

/** When a scheduled rule acts next after `afterMs`; undefined for never again. Throws ValidationException. */
export function nextRun(expression: string, afterMs: number): number | undefined {
  return nextRunOf(expression, afterMs, invalidSchedule);
}
