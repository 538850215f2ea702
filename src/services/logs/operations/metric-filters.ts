/** PutMetricFilter, DescribeMetricFilters, DeleteMetricFilter and TestMetricFilter. */
import type { MetricFilter, MetricTransformation } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "#services/kit/service.ts";
import { invalidParameter, limitExceeded, metricFilterNotFound, notSupported } from "../errors.ts";
import { findGroup } from "../find.ts";
import { limits } from "../limits.ts";
import { parsePattern } from "../patterns/pattern.ts";
import { pageOf } from "../paging.ts";
import { groups, metricFilters, type MetricFilterRecord } from "../records.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html */
export const putMetricFilter: Operation<"logs", "PutMetricFilter", LogsState> = async (
  input,
  context,
) => {
  const { filterName: name = "", filterPattern: pattern = "" } = input;
  if (
    input.applyOnTransformedLogs ||
    input.fieldSelectionCriteria ||
    input.emitSystemFieldDimensions
  )
    throw notSupported("log transformers and system fields of metric filters");
  parsePattern(pattern);
  const transformations = (input.metricTransformations ?? []).map((one) => checked(one, pattern));
  await context.store.transaction(async (tx) => {
    const { scope, group } = await findGroup(tx, input.logGroupName, context);
    const present = await metricFilters.list(tx, scope, [group.id]);
    if (present.length >= limits.metricFilters && !present.some((one) => one.name === name))
      throw limitExceeded();
    const filter = { name, pattern, transformations, createdMs: Math.floor(context.clock.now()) };
    metricFilters.put(tx, scope, [group.id, name], filter);
  });
  return {};
};

function checked(one: MetricTransformation, pattern: string): MetricTransformation {
  const { metricValue = "", dimensions = {}, defaultValue } = one;
  const names = Object.keys(dimensions);
  if (!metricValue.startsWith("$") && Number.isNaN(Number(metricValue)))
    throw invalidParameter(
      `Invalid metric transformation: metricValue ${metricValue} must be a number or a field of the filter pattern.`,
    );
  if (names.length > limits.metricDimensions)
    throw invalidParameter(
      `Invalid metric transformation: at most ${limits.metricDimensions} dimensions are allowed.`,
    );
  if (names.length > 0 && defaultValue !== undefined)
    throw invalidParameter(
      "Invalid metric transformation: dimensions and default value are mutually exclusive properties.",
    );
  if (names.length > 0 && !/^\s*[[{]/.test(pattern))
    throw invalidParameter(
      "Invalid metric transformation: dimensions are only allowed for JSON and space-delimited filter patterns.",
    );
  return one;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html */
export const describeMetricFilters: Operation<"logs", "DescribeMetricFilters", LogsState> = async (
  input,
  context,
) => {
  const { filterNamePrefix: prefix = "", logGroupName, metricName, metricNamespace } = input;
  if ((metricName === undefined) !== (metricNamespace === undefined))
    throw invalidParameter("metricName and metricNamespace must be specified together.");
  const all = await context.store.transaction(async (tx) => {
    const chosen =
      logGroupName === undefined
        ? await groups.list(tx, context)
        : [(await findGroup(tx, logGroupName, context)).group];
    const found: { group: string; filter: MetricFilterRecord }[] = [];
    for (const { id, name } of chosen)
      for (const filter of await metricFilters.list(tx, context, [id]))
        found.push({ group: name, filter });
    return found;
  });
  const wanted = all.filter(
    ({ filter: { name, transformations } }) =>
      name.startsWith(prefix) &&
      (metricName === undefined ||
        transformations.some(
          (one) => one.metricName === metricName && one.metricNamespace === metricNamespace,
        )),
  );
  const keyOf = ({ filter, group }: (typeof wanted)[number]) => `${filter.name}\n${group}`;
  const page = pageOf(
    wanted.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    input,
    keyOf,
  );
  return {
    metricFilters: page.items.map(({ filter, group }) => describe(filter, group)),
    ...page.next,
  };
};

function describe(filter: MetricFilterRecord, logGroupName: string): MetricFilter {
  return {
    filterName: filter.name,
    filterPattern: filter.pattern,
    metricTransformations: filter.transformations,
    creationTime: filter.createdMs,
    logGroupName,
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteMetricFilter.html */
export const deleteMetricFilter: Operation<"logs", "DeleteMetricFilter", LogsState> = async (
  input,
  context,
) => {
  const { filterName: name = "" } = input;
  await context.store.transaction(async (tx) => {
    const { scope, group } = await findGroup(tx, input.logGroupName, context);
    if (!(await metricFilters.get(tx, scope, group.id, name))) throw metricFilterNotFound();
    metricFilters.delete(tx, scope, group.id, name);
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html */
export const testMetricFilter: Operation<"logs", "TestMetricFilter", LogsState> = async (input) => {
  const pattern = parsePattern(input.filterPattern ?? "");
  const matches = (input.logEventMessages ?? []).flatMap((eventMessage, index) => {
    const match = pattern(eventMessage);
    return match
      ? [{ eventNumber: index + 1, eventMessage, extractedValues: { ...match.named } }]
      : [];
  });
  return { matches };
};
