import type { PutEventsRequestEntry, PutEventsResultEntry } from "@aws-sdk/client-eventbridge";
import { isoSeconds } from "#runtime/date.ts";
import type { Context, Operation } from "#services/kit/service.ts";
import { busPlace } from "../buses.ts";
import { validation } from "../errors.ts";
import { limits } from "../limits.ts";
import { publish, type Arrival } from "../publish.ts";
import type { EventsState } from "../state.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export const putEvents: Operation<"events", "PutEvents", EventsState> = async (input, context) => {
  const { Entries: entries = [] } = input;
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > limits.requestBytes)
    throw validation("Total size of the entries in the request is over the limit.");
  const arrivals: Arrival[] = [];
  const results = entries.map((entry): PutEventsResultEntry => {
    const detail = readDetail(entry, context);
    if ("ErrorCode" in detail) return detail;
    const id = context.random.uuid();
    const place = busPlace(entry.EventBusName, context);
    arrivals.push({
      scope: place.scope,
      bus: place.name,
      event: {
        version: "0",
        id,
        "detail-type": entry.DetailType!,
        source: entry.Source!,
        account: context.account,
        time: isoSeconds(entry.Time?.getTime() ?? context.clock.now()),
        region: context.region,
        resources: entry.Resources ?? [],
        detail: detail.value,
      },
    });
    return { EventId: id };
  });
  await publish(context, context.state, arrivals);
  const FailedEntryCount = results.filter(({ ErrorCode }) => ErrorCode !== undefined).length;
  return { FailedEntryCount, Entries: results };
};

type Refusal = { ErrorCode: string; ErrorMessage: string };

function readDetail(
  entry: PutEventsRequestEntry,
  { principal }: Pick<Context, "principal">,
): { value: Record<string, unknown> } | Refusal {
  for (const name of ["Source", "DetailType", "Detail"] as const)
    if (!entry[name])
      return {
        ErrorCode: "InvalidArgument",
        ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      };
  if (/^aws\./i.test(entry.Source!) && principal.type !== "service")
    return {
      ErrorCode: "NotAuthorizedForSourceException",
      ErrorMessage: "Not authorized for the source.",
    };
  const malformed = { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  try {
    const value: unknown = JSON.parse(entry.Detail!);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? { value: value as Record<string, unknown> } : malformed;
  } catch {
    return malformed;
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-calculate-event-size */
function sizeOf({ Time, Source, DetailType, Detail, Resources }: PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail, ...(Resources ?? [])];
  return texts.reduce(
    (sum, text) => sum + Buffer.byteLength(text ?? ""),
    Time === undefined ? 0 : 14,
  );
}
