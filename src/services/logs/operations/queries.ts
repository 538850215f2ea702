/** Logs Insights: queries started, asked for, stopped and listed. */
import type { Operation } from "#services/kit/service.ts";
import { invalidParameter, notSupported, queryNotFound } from "../errors.ts";
import { findGroup, horizonMs } from "../find.ts";
import { parseQuery } from "../insights/query.ts";
import { limits } from "../limits.ts";
import { pageOf } from "../paging.ts";
import { queries, queryResults } from "../records.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
export const startQuery: Operation<"logs", "StartQuery", LogsState> = async (input, context) => {
  const { logGroupName, logGroupNames, logGroupIdentifiers, queryString: text = "" } = input;
  const { startTime = 0, endTime = 0, queryLanguage = "CWLI", limit } = input;
  if (queryLanguage !== "CWLI") throw notSupported(`the query language ${queryLanguage}`);
  const given = [logGroupName, logGroupNames, logGroupIdentifiers].filter(Boolean);
  if (given.length !== 1)
    throw invalidParameter(
      "Exactly one of logGroupName, logGroupNames or logGroupIdentifiers must be specified.",
    );
  if (endTime < startTime)
    throw invalidParameter("The end time must not be before the start time.");
  const nowMs = context.clock.now();
  const names = [logGroupName ?? logGroupNames ?? logGroupIdentifiers ?? []].flat();
  const id = context.random.uuid();
  const fromMs = toMs(startTime);
  await context.store.transaction(async (tx) => {
    const groups = [];
    let horizon = 0;
    for (const name of names) {
      const { scope, group } = await findGroup(tx, name, context);
      horizon = Math.max(horizon, horizonMs(group, nowMs));
      groups.push({ account: scope.account, region: scope.region, name: group.name, id: group.id });
    }
    parseQuery(text, nowMs);
    queries.put(tx, context, [id], {
      id,
      text,
      groups,
      fromMs: Math.max(fromMs, groups.length === 1 ? horizon : 0),
      // "The range is inclusive, so the specified end time is included in the query."
      toMs: toMs(endTime) + (endTime < millisecondsFrom ? 1000 : 1),
      ...(limit !== undefined && { limit }),
      status: "Scheduled",
      createdMs: nowMs,
      userArn: context.principal.arn,
      matched: 0,
      scanned: 0,
      scannedBytes: 0,
    });
  });
  return { queryId: id };
};

/** Times are seconds; what would lie thousands of years ahead was meant as milliseconds. */
const millisecondsFrom = 100_000_000_000;

function toMs(time: number): number {
  return time < millisecondsFrom ? time * 1000 : time;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html */
export const getQueryResults: Operation<"logs", "GetQueryResults", LogsState> = async (
  input,
  context,
) => {
  const { query, results } = await context.store.transaction(async (tx) => {
    const found = await queries.get(tx, context, input.queryId ?? "");
    if (!found) throw queryNotFound();
    return { query: found, results: await queryResults.list(tx, context, [found.id]) };
  });
  const rows = results.flat();
  const page = pageOf(
    rows.map((row, index) => ({ row, place: String(index).padStart(9, "0") })),
    { limit: input.maxItems ?? limits.queryRows, nextToken: input.nextToken },
    ({ place }) => place,
  );
  return {
    queryLanguage: "CWLI",
    results: page.items.map(({ row }) => row),
    statistics: {
      recordsMatched: query.matched,
      recordsScanned: query.scanned,
      estimatedRecordsSkipped: 0,
      bytesScanned: query.scannedBytes,
      estimatedBytesSkipped: 0,
      logGroupsScanned: query.groups.length,
    },
    status: query.status,
    ...page.next,
  };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StopQuery.html */
export const stopQuery: Operation<"logs", "StopQuery", LogsState> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const query = await queries.get(tx, context, input.queryId ?? "");
    if (!query) throw queryNotFound();
    if (query.status !== "Scheduled" && query.status !== "Running")
      throw invalidParameter(
        `Query with ID ${query.id} cannot be stopped, because it has already ended with status: ${query.status}.`,
      );
    const endedMs = context.clock.now();
    queries.put(tx, context, [query.id], { ...query, status: "Cancelled", endedMs });
  });
  return { success: true };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueries.html */
export const describeQueries: Operation<"logs", "DescribeQueries", LogsState> = async (
  input,
  context,
) => {
  const { logGroupName, status, maxResults = limits.page, nextToken: token } = input;
  const all = await context.store.transaction((tx) => queries.list(tx, context));
  const wanted = all.filter(
    (query) =>
      (status === undefined || query.status === status) &&
      (logGroupName === undefined || query.groups.some(({ name }) => name === logGroupName)),
  );
  const keyOf = ({ createdMs, id }: (typeof all)[number]) =>
    `${String(Number.MAX_SAFE_INTEGER - createdMs).padStart(17, "0")} ${id}`;
  const sorted = wanted.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const page = pageOf(sorted, { limit: maxResults, nextToken: token }, keyOf);
  return {
    queries: page.items.map((query) => ({
      queryLanguage: "CWLI",
      queryId: query.id,
      queryString: query.text,
      status: query.status,
      createTime: Math.floor(query.createdMs),
      logGroupName: query.groups[0]?.name,
      queryDuration: Math.floor((query.endedMs ?? context.clock.now()) - query.createdMs),
      bytesScanned: query.scannedBytes,
      userIdentity: query.userArn,
    })),
    ...page.next,
  };
};
