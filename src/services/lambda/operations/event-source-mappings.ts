import { dateOf } from "#runtime/date.ts";
import type { Output } from "#model/sdk.ts";
import { formatArn } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import { functionArn, readFunction } from "../arns.ts";
import { conflict, invalidParameter, notFound } from "../errors.ts";
import { findVersion } from "../functions/find.ts";
import { limits } from "../limits.ts";
import { checkQueue, readMapping, readSource } from "../mappings/settings.ts";
import { pageOf } from "../paging.ts";
import { mappings, type MappingRecord } from "../records.ts";
import type { LambdaOperation } from "../state.ts";
import { checkTags } from "../tags.ts";

type Shape = Output<"lambda", "GetEventSourceMapping">;

function shapeOf(scope: Scope, record: MappingRecord, transition?: string): Shape {
  const { uuid, functionName, qualifier, filters, maximumConcurrency } = record;
  return {
    UUID: uuid,
    EventSourceArn: record.sourceArn,
    EventSourceMappingArn: formatArn("lambda", scope, `event-source-mapping:${uuid}`),
    FunctionArn: functionArn(scope, functionName, qualifier),
    BatchSize: record.batchSize,
    MaximumBatchingWindowInSeconds: record.windowSeconds,
    ...(filters.length > 0 && {
      FilterCriteria: { Filters: filters.map((Pattern) => ({ Pattern })) },
    }),
    FunctionResponseTypes: record.reportsItemFailures ? ["ReportBatchItemFailures"] : [],
    ...(maximumConcurrency !== undefined && {
      ScalingConfig: { MaximumConcurrency: maximumConcurrency },
    }),
    ...(record.countsEvents && { MetricsConfig: { Metrics: ["EventCount" as const] } }),
    LastModified: dateOf(record.modifiedMs),
    State: transition ?? (record.isEnabled ? "Enabled" : "Disabled"),
    StateTransitionReason: "USER_INITIATED",
  };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export const createEventSourceMapping: LambdaOperation<"CreateEventSourceMapping"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context);
  const { scope, name, qualifier } = reference;
  const sourceArn = readSource(input);
  if (input.StartingPosition !== undefined)
    throw invalidParameter("StartingPosition is not valid for SQS event sources.");
  checkTags(input.Tags, context.principal);
  const settings = readMapping(input, "CreateEventSourceMapping", sourceArn, undefined);
  const { record: version } = await context.store.transaction((tx) => findVersion(tx, reference));
  await checkQueue(context, sourceArn, version.settings.timeoutSeconds);
  const record: MappingRecord = {
    ...settings,
    uuid: context.random.uuid(),
    functionName: name,
    qualifier,
    sourceArn,
    isEnabled: input.Enabled ?? true,
    modifiedMs: context.clock.now(),
    tags: input.Tags ?? {},
  };
  return context.store.transaction(async (tx) => {
    const same = (await mappings.list(tx, scope)).find(
      (one) =>
        one.sourceArn === sourceArn && one.functionName === name && one.qualifier === qualifier,
    );
    if (same)
      throw conflict(
        `An event source mapping with SQS arn (" ${sourceArn} ") and function (" ${name} ") already exists. Please update or delete the existing mapping with UUID ${same.uuid}`,
      );
    mappings.put(tx, scope, [record.uuid], record);
    return shapeOf(scope, record, "Creating");
  });
};

const missing = () => notFound("The resource you requested does not exist.");

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html */
export const getEventSourceMapping: LambdaOperation<"GetEventSourceMapping"> = async (
  input,
  context,
) => {
  const found = await context.store.transaction((tx) => mappings.get(tx, context, input.UUID!));
  if (!found) throw missing();
  return shapeOf(context, found);
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html */
export const updateEventSourceMapping: LambdaOperation<"UpdateEventSourceMapping"> = async (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const present = await mappings.get(tx, context, input.UUID!);
    if (!present) throw missing();
    const reference =
      input.FunctionName === undefined
        ? { name: present.functionName, qualifier: present.qualifier, scope: context }
        : readFunction(input.FunctionName, context);
    await findVersion(tx, reference);
    const record: MappingRecord = {
      ...present,
      ...readMapping(input, "UpdateEventSourceMapping", present.sourceArn, present),
      functionName: reference.name,
      qualifier: reference.qualifier,
      isEnabled: input.Enabled ?? present.isEnabled,
      // Two changes of one moment are two all the same.
      modifiedMs: Math.max(context.clock.now(), present.modifiedMs + 1),
    };
    mappings.put(tx, context, [record.uuid], record);
    return shapeOf(context, record, "Updating");
  });

/** https://docs.aws.amazon.com/lambda/latest/api/API_DeleteEventSourceMapping.html */
export const deleteEventSourceMapping: LambdaOperation<"DeleteEventSourceMapping"> = async (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const present = await mappings.get(tx, context, input.UUID!);
    if (!present) throw missing();
    mappings.delete(tx, context, present.uuid);
    return shapeOf(context, present, "Deleting");
  });

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html */
export const listEventSourceMappings: LambdaOperation<"ListEventSourceMappings"> = async (
  input,
  context,
) => {
  const reference =
    input.FunctionName === undefined ? undefined : readFunction(input.FunctionName, context);
  const all = await context.store.transaction(async (tx) => {
    if (reference) await findVersion(tx, reference);
    return mappings.list(tx, context);
  });
  const meant = all.filter(
    (one) =>
      (input.EventSourceArn === undefined || one.sourceArn === input.EventSourceArn) &&
      (reference === undefined ||
        (one.functionName === reference.name &&
          (reference.qualifier === undefined || one.qualifier === reference.qualifier))),
  );
  const page = pageOf(meant, input, ({ uuid }) => uuid, limits.mappingsPage);
  return {
    EventSourceMappings: page.items.map((record) => shapeOf(context, record)),
    NextMarker: page.NextMarker,
  };
};
