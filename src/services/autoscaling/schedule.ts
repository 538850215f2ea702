/** When scheduled actions act. https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html */
import { Cron } from "croner";
import { dateOf } from "#runtime/date.ts";
import { validationError } from "./errors.ts";
import type { ScheduledActionRecord } from "./records.ts";

/** Throws AWS's validation error for a recurrence or time zone that cannot be read. */
function cronOf(recurrence: string, timeZone: string | undefined): Cron {
  try {
    return new Cron(recurrence, { timezone: timeZone ?? "Etc/UTC", mode: "5-part", paused: true });
  } catch (error) {
    throw validationError(
      `Given recurrence string: ${recurrence} is invalid: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The next moment after `afterMs` at which the action acts; undefined when it never will again. */
export function nextRun(
  action: Pick<ScheduledActionRecord, "startMs" | "endMs" | "recurrence" | "timeZone">,
  afterMs: number,
): number | undefined {
  const { startMs, endMs, recurrence, timeZone } = action;
  if (recurrence === undefined)
    return startMs !== undefined && startMs > afterMs ? startMs : undefined;
  // A start time is itself the first moment at which the schedule may act.
  const fromMs = Math.max(afterMs, (startMs ?? 0) - 1);
  let next: Date | null;
  try {
    next = cronOf(recurrence, timeZone).nextRun(dateOf(fromMs));
  } catch (error) {
    throw error instanceof RangeError ? validationError(`Invalid time zone: ${timeZone}`) : error;
  }
  if (!next || (endMs !== undefined && next.getTime() > endMs)) return undefined;
  return next.getTime();
}
