/** What became of a fleet, a page at a time, as both kinds of fleets tell it. */
import { dateOf } from "#runtime/date.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context } from "../context.ts";
import { pageOf } from "../paging.ts";
import { fleetEvents, type FleetEvent } from "./records.ts";

interface Asked {
  StartTime?: Date | undefined;
  EventType?: string | undefined;
  NextToken?: string | undefined;
  MaxResults?: number | undefined;
}

/** `typeOf` is what the kind of fleet calls an event's type. */
export async function historyPage(
  tx: Transaction,
  context: Ec2Context,
  fleetId: string,
  input: Asked,
  typeOf: (type: FleetEvent["type"]) => string,
) {
  const startMs = input.StartTime!.getTime();
  const entries = (await fleetEvents.entries(tx, context, [fleetId])).filter(
    ({ record }) =>
      record.atMs >= startMs &&
      (input.EventType === undefined || typeOf(record.type) === input.EventType),
  );
  const { items, NextToken } = pageOf(entries, input, ({ id }) => orderOf(id), { least: 1 });
  return {
    events: items.map(({ record }) => record),
    page: {
      LastEvaluatedTime: dateOf(items.at(-1)?.record.atMs ?? context.clock.now()),
      StartTime: input.StartTime,
      NextToken,
    },
  };
}

/** Times of events as texts that sort like them. */
function orderOf(id: readonly unknown[]): string {
  return `${String(id[1]).padStart(15, "0")}/${String(id[2]).padStart(6, "0")}`;
}
