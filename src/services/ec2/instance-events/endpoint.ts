/** `/_fogbank/instance-events`: schedules what AWS would schedule for an instance's host. */
import { parseDuration } from "#runtime/duration.ts";
import { isoMillis } from "#runtime/date.ts";
import type { Environment, OwnEndpoint } from "#services/kit/service.ts";
import { newId } from "../ids.ts";
import { instances } from "../instances/records.ts";
import { eventCodes, instanceEvents, type EventCode, type InstanceEventRecord } from "./records.ts";

const descriptions: Record<EventCode, string> = {
  "instance-reboot": "The instance is scheduled for a reboot",
  "system-reboot": "The host of the instance is scheduled for a reboot",
  "system-maintenance": "The instance is affected by scheduled maintenance",
  "instance-retirement": "The instance is running on degraded hardware",
  "instance-stop": "The instance is scheduled to be stopped",
};

/** How long an event may last, and how far its start may be moved. */
const lastsMs = 2 * 3_600_000;
const movableMs = 7 * 86_400_000;

/** `POST {"instance": "i-…", "code": "instance-stop", "in": "1h"}`, `GET`, `DELETE /ID` cancels. */
export function instanceEventEndpoint({ store, clock, random }: Environment): OwnEndpoint {
  return async ({ method, item, body, scope }) => {
    const nowMs = clock.now();
    if (method === "GET")
      return store.transaction(async (tx) => ({
        events: (await instanceEvents.list(tx, scope)).map(show),
      }));
    if (method === "DELETE")
      return store.transaction(async (tx) => {
        const active = (await instanceEvents.list(tx, scope)).filter(
          ({ eventId, state }) => state === "active" && (item === undefined || eventId === item),
        );
        if (item !== undefined && active.length === 0)
          throw new RangeError(`there is no active event ${item}`);
        for (const event of active)
          instanceEvents.put(tx, scope, [event.instanceId, event.eventId], {
            ...event,
            state: "canceled",
            endedMs: nowMs,
          });
        return { canceled: active.map(({ eventId }) => eventId) };
      });
    const { instance: instanceId, code, in: later } = (body ?? {}) as Record<string, unknown>;
    const known = eventCodes.find((one) => one === code);
    if (typeof instanceId !== "string" || !known)
      throw new RangeError(
        `write {"instance": "i-…", "code": "instance-stop", "in": "1h"}; codes are ${eventCodes.join(", ")}`,
      );
    const notBeforeMs = nowMs + (typeof later === "string" ? parseDuration(later) : 0);
    return store.transaction(async (tx) => {
      const instance = await instances.get(tx, scope, instanceId);
      if (instance?.state !== "running" && instance?.state !== "pending")
        throw new RangeError(`there is no instance ${instanceId} that runs`);
      const event: InstanceEventRecord = {
        eventId: newId(random, "instance-event"),
        instanceId,
        code: known,
        description: descriptions[known],
        notBeforeMs,
        notAfterMs: notBeforeMs + lastsMs,
        deadlineMs: notBeforeMs + movableMs,
        state: "active",
      };
      instanceEvents.put(tx, scope, [instanceId, event.eventId], event);
      return show(event);
    });
  };
}

function show({ notBeforeMs, notAfterMs, deadlineMs, endedMs, ...event }: InstanceEventRecord) {
  return {
    ...event,
    notBefore: isoMillis(notBeforeMs),
    notAfter: isoMillis(notAfterMs),
    notBeforeDeadline: isoMillis(deadlineMs),
    ...(endedMs !== undefined && { ended: isoMillis(endedMs) }),
  };
}
