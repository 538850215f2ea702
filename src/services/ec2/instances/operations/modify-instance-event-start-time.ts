import type { InstanceStatusEvent } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import type { Ec2Operation } from "../../context.ts";
import { ec2Error, invalidParameterValue } from "../../errors.ts";
import {
  instanceEvents,
  shownDescription,
  type InstanceEventRecord,
} from "../../instance-events/records.ts";
import { findInstance } from "../records.ts";

/** "The time must be in the future and no later than the event's deadline." https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceEventStartTime.html */
export const modifyInstanceEventStartTime: Ec2Operation<"ModifyInstanceEventStartTime"> = async (
  input,
  context,
) => {
  const event = await context.store.transaction(async (tx) => {
    const { instanceId } = await findInstance(tx, context, input.InstanceId!);
    const id = [instanceId, input.InstanceEventId!] as const;
    const found = await instanceEvents.get(tx, context, ...id);
    if (found?.state !== "active")
      throw ec2Error(
        "InvalidInstanceEventIDNotFound",
        `The instance event ID '${input.InstanceEventId}' does not exist`,
      );
    const notBeforeMs = input.NotBefore!.getTime();
    if (notBeforeMs <= context.clock.now() || notBeforeMs > found.deadlineMs)
      throw invalidParameterValue(
        "The new start time must be in the future and not after the event's deadline.",
      );
    const moved = {
      ...found,
      notBeforeMs,
      notAfterMs: found.notAfterMs - found.notBeforeMs + notBeforeMs,
    };
    instanceEvents.put(tx, context, [...id], moved);
    return moved;
  });
  return { Event: describeEvent(event) };
};

export function describeEvent(event: InstanceEventRecord): InstanceStatusEvent {
  return {
    InstanceEventId: event.eventId,
    Code: event.code,
    Description: shownDescription(event),
    NotBefore: dateOf(event.notBeforeMs),
    NotAfter: dateOf(event.notAfterMs),
    NotBeforeDeadline: dateOf(event.deadlineMs),
  };
}
