/** Replays: started, shown, cancelled, listed. */
import type { Replay } from "@aws-sdk/client-eventbridge";
import { dateOf } from "#runtime/date.ts";
import type { Operation } from "#services/kit/service.ts";
import { formatArn } from "#services/kit/arn.ts";
import { paginate } from "#services/kit/pagination.ts";
import type { Scope } from "#store/collection.ts";
import { archiveArn, busOfArn } from "../archive.ts";
import { busArn, findBus } from "../buses.ts";
import {
  illegalStatus,
  invalidToken,
  replayExists,
  replayNotFound,
  validation,
} from "../errors.ts";
import { limits } from "../limits.ts";
import { archives, replays, type ReplayRecord } from "../records.ts";
import type { EventsState } from "../state.ts";

function replayArn(scope: Scope, name: string): string {
  return formatArn("events", scope, `replay/${name}`);
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_StartReplay.html */
export const startReplay: Operation<"events", "StartReplay", EventsState> = async (
  input,
  context,
) => {
  const { ReplayName: name = "", EventSourceArn: source = "", Destination: destination } = input;
  const invalid = (parameter: string, reason: string) =>
    validation(`Parameter ${parameter} is not valid. Reason: ${reason}`);
  const bus = busOfArn(destination?.Arn ?? "");
  if (bus === undefined) throw invalid("Destination.Arn", "Must contain an event bus ARN.");
  const [, archive = ""] = /:archive\/([^:]+)/.exec(source) ?? [];
  const fromMs = input.EventStartTime?.getTime() ?? 0;
  const toMs = input.EventEndTime?.getTime() ?? 0;
  const startedMs = context.clock.now();
  await context.store.transaction(async (tx) => {
    await findBus(tx, { scope: context, name: bus }, context.clock);
    const found = await archives.get(tx, context, archive);
    if (!found) throw invalid("EventSourceArn", `Archive ${archive} does not exist.`);
    if (found.bus !== bus)
      throw invalid("Destination.Arn", "Cross event bus replay is not permitted.");
    if (fromMs > toMs) throw invalid("EventEndTime", "EventStartTime must be before EventEndTime.");
    if (await replays.get(tx, context, name)) throw replayExists(name);
    replays.put(tx, context, [name], {
      name,
      ...(input.Description !== undefined && { description: input.Description }),
      archive,
      bus,
      ruleArns: destination?.FilterArns ?? [],
      fromMs,
      toMs,
      state: "STARTING",
      startedMs,
    });
  });
  return {
    ReplayArn: replayArn(context, name),
    State: "STARTING",
    ReplayStartTime: dateOf(startedMs),
  };
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeReplay.html */
export const describeReplay: Operation<"events", "DescribeReplay", EventsState> = async (
  input,
  context,
) => {
  const { ReplayName: name = "" } = input;
  const replay = await context.store.transaction((tx) => replays.get(tx, context, name));
  if (!replay) throw replayNotFound(name);
  const { description, ruleArns, bus } = replay;
  return {
    ...describe(context, replay),
    ReplayArn: replayArn(context, name),
    ...(description !== undefined && { Description: description }),
    Destination: {
      Arn: busArn(context, bus),
      ...(ruleArns.length > 0 && { FilterArns: ruleArns }),
    },
  };
};

function describe(scope: Scope, replay: ReplayRecord): Replay {
  const { endedMs, lastReplayedMs } = replay;
  return {
    ReplayName: replay.name,
    EventSourceArn: archiveArn(scope, replay.archive),
    State: replay.state,
    EventStartTime: dateOf(replay.fromMs),
    EventEndTime: dateOf(replay.toMs),
    ReplayStartTime: dateOf(replay.startedMs),
    ...(endedMs !== undefined && { ReplayEndTime: dateOf(endedMs) }),
    ...(lastReplayedMs !== undefined && { EventLastReplayedTime: dateOf(lastReplayedMs) }),
  };
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CancelReplay.html */
export const cancelReplay: Operation<"events", "CancelReplay", EventsState> = async (
  input,
  context,
) => {
  const { ReplayName: name = "" } = input;
  await context.store.transaction(async (tx) => {
    const replay = await replays.get(tx, context, name);
    if (!replay) throw replayNotFound(name);
    if (replay.state !== "STARTING" && replay.state !== "RUNNING")
      throw illegalStatus(`Replay ${name}`);
    replays.put(tx, context, [name], { ...replay, state: "CANCELLING" });
  });
  return { ReplayArn: replayArn(context, name), State: "CANCELLING" };
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListReplays.html */
export const listReplays: Operation<"events", "ListReplays", EventsState> = async (
  input,
  context,
) => {
  const { NamePrefix: prefix = "", State: state, EventSourceArn: source } = input;
  const all = await context.store.transaction((tx) => replays.list(tx, context));
  const wanted = all.filter(
    (replay) =>
      replay.name.startsWith(prefix) &&
      (state === undefined || replay.state === state) &&
      (source === undefined || source === archiveArn(context, replay.archive)),
  );
  const { items, nextToken } = paginate(wanted, {
    limit: input.Limit ?? limits.listPage,
    token: input.NextToken,
    keyOf: ({ name }) => name,
    invalidToken,
  });
  return {
    Replays: items.map((replay) => describe(context, replay)),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};
