/** Events as they come in, until the client goes. */
import type { StartLiveTailResponseStream } from "@aws-sdk/client-cloudwatch-logs";
import { sleep } from "#runtime/clock.ts";
import type { Context, Operation } from "#services/kit/service.ts";
import type { Key } from "#store/store.ts";
import { invalidParameter, sessionTimeout } from "../errors.ts";
import { findGroup, groupArn, type FoundGroup } from "../find.ts";
import { limits } from "../limits.ts";
import { parsePattern } from "../patterns/pattern.ts";
import { events } from "../records.ts";
import type { LogsState } from "../state.ts";

interface Tail {
  groups: readonly FoundGroup[];
  wantsStream: (name: string) => boolean;
  wants: (message: string) => unknown;
}

const updateMs = 1000;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html */
export const startLiveTail: Operation<"logs", "StartLiveTail", LogsState> = async (
  input,
  context,
) => {
  const {
    logGroupIdentifiers = [],
    logStreamNames: names,
    logStreamNamePrefixes: prefixes,
  } = input;
  if (names && prefixes)
    throw invalidParameter(
      "Only one of logStreamNames and logStreamNamePrefixes can be specified.",
    );
  if ((names ?? prefixes) && logGroupIdentifiers.length > 1)
    throw invalidParameter("Streams can be chosen for one log group only.");
  const wants = parsePattern(input.logEventFilterPattern ?? "");
  const groups = await context.store.transaction(async (tx) => {
    const found: FoundGroup[] = [];
    for (const name of logGroupIdentifiers) found.push(await findGroup(tx, name, context));
    return found;
  });
  const wantsStream = (name: string) =>
    names?.includes(name) ?? prefixes?.some((prefix) => name.startsWith(prefix)) ?? true;
  const start = {
    requestId: context.requestId,
    sessionId: context.random.uuid(),
    logGroupIdentifiers,
    ...(names && { logStreamNames: names }),
    ...(prefixes && { logStreamNamePrefixes: prefixes }),
    ...(input.logEventFilterPattern !== undefined && {
      logEventFilterPattern: input.logEventFilterPattern,
    }),
  };
  async function* stream(): AsyncGenerator<StartLiveTailResponseStream> {
    yield { sessionStart: start };
    yield* follow({ groups, wantsStream, wants }, context);
  }
  return { responseStream: stream() };
};

/** One update each second, empty when nothing came. Throws SessionTimeoutException after three hours. */
async function* follow(
  tail: Tail,
  context: Context<LogsState>,
): AsyncGenerator<StartLiveTailResponseStream> {
  const { store, clock, signal } = context;
  const ends = clock.now() + limits.liveTailMs;
  let arrived: Key[] = [];
  const unwatch = store.watchCollection(events.path, (keys) => {
    for (const key of keys) if (isWanted(tail, key)) arrived.push(key);
  });
  try {
    while (!signal.aborted) {
      if (clock.now() >= ends) throw sessionTimeout();
      const keys = arrived;
      arrived = [];
      yield { sessionUpdate: await updateOf(tail, keys, context) };
      await sleep(clock, updateMs, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  } finally {
    unwatch();
  }
}

function isWanted({ groups, wantsStream }: Tail, key: Key): boolean {
  const { scope, id } = events.parse(key)!;
  return groups.some(
    (one) =>
      one.group.id === id[0] &&
      one.scope.account === scope.account &&
      one.scope.region === scope.region &&
      wantsStream(String(id[1])),
  );
}

async function updateOf(
  { groups, wants }: Tail,
  keys: readonly Key[],
  { store }: Context<LogsState>,
) {
  const found = await store.transaction(async (tx) => {
    const all = [];
    for (const key of keys) {
      const { scope, id } = events.parse(key)!;
      // An event that retention took away meanwhile is not shown.
      const event = await events.get(tx, scope, ...id);
      const from = groups.find(({ group }) => group.id === id[0]);
      if (event && from && wants(event.message)) all.push({ event, from, stream: String(id[1]) });
    }
    return all;
  });
  return {
    sessionMetadata: { sampled: found.length > limits.liveTailEventsPerUpdate },
    sessionResults: found
      .slice(0, limits.liveTailEventsPerUpdate)
      .map(({ event, from, stream }) => ({
        logStreamName: stream,
        logGroupIdentifier: groupArn(from.scope, from.group.name),
        message: event.message,
        timestamp: event.timestampMs,
        ingestionTime: event.ingestedMs,
      })),
  };
}
