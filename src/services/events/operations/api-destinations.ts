import type { ApiDestination } from "@aws-sdk/client-eventbridge";
import { dateOf } from "#runtime/date.ts";
import { formatArn, parseArn } from "#services/kit/arn.ts";
import { paginate } from "#services/kit/pagination.ts";
import type { Operation } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { findConnection } from "../connections.ts";
import { destinationExists, destinationNotFound, invalidToken, validation } from "../errors.ts";
import { limits } from "../limits.ts";
import { apiDestinations, connections, type ApiDestinationRecord } from "../records.ts";
import type { EventsState } from "../state.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateApiDestination.html */
export const createApiDestination: Operation<
  "events",
  "CreateApiDestination",
  EventsState
> = async (input, context) => {
  const { Name: name = "", Description: description } = input;
  const nowMs = context.clock.now();
  const made = await context.store.transaction(async (tx) => {
    if (await apiDestinations.get(tx, context, name)) throw destinationExists(name);
    const record: ApiDestinationRecord = {
      name,
      id: context.random.uuid(),
      ...(description !== undefined && { description }),
      connection: await connectionNamed(tx, context, input.ConnectionArn),
      connectionArn: input.ConnectionArn!,
      endpoint: checkedEndpoint(input.InvocationEndpoint),
      method: input.HttpMethod!,
      ratePerSecond: input.InvocationRateLimitPerSecond ?? limits.destinationRatePerSecond,
      createdMs: nowMs,
      modifiedMs: nowMs,
    };
    apiDestinations.put(tx, context, [name], record);
    return { record, state: await stateOf(tx, context, record) };
  });
  return answer(context, made.record, made.state);
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateApiDestination.html */
export const updateApiDestination: Operation<
  "events",
  "UpdateApiDestination",
  EventsState
> = async (input, context) => {
  const { Name: name = "", Description: description, ConnectionArn: arn } = input;
  const changed = await context.store.transaction(async (tx) => {
    const record: ApiDestinationRecord = {
      ...(await find(tx, context, name)),
      ...(description !== undefined && { description }),
      ...(arn !== undefined && {
        connection: await connectionNamed(tx, context, arn),
        connectionArn: arn,
      }),
      ...(input.InvocationEndpoint !== undefined && {
        endpoint: checkedEndpoint(input.InvocationEndpoint),
      }),
      ...(input.HttpMethod !== undefined && { method: input.HttpMethod }),
      ...(input.InvocationRateLimitPerSecond !== undefined && {
        ratePerSecond: input.InvocationRateLimitPerSecond,
      }),
      modifiedMs: context.clock.now(),
    };
    apiDestinations.put(tx, context, [name], record);
    return { record, state: await stateOf(tx, context, record) };
  });
  return answer(context, changed.record, changed.state);
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteApiDestination.html */
export const deleteApiDestination: Operation<
  "events",
  "DeleteApiDestination",
  EventsState
> = async ({ Name: name = "" }, context) => {
  await context.store.transaction(async (tx) => {
    await find(tx, context, name);
    apiDestinations.delete(tx, context, name);
  });
  return {};
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeApiDestination.html */
export const describeApiDestination: Operation<
  "events",
  "DescribeApiDestination",
  EventsState
> = async ({ Name: name = "" }, context) => {
  const { record, state } = await context.store.transaction(async (tx) => {
    const found = await find(tx, context, name);
    return { record: found, state: await stateOf(tx, context, found) };
  });
  return {
    ...show(context, record, state),
    ...(record.description !== undefined && { Description: record.description }),
  };
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListApiDestinations.html */
export const listApiDestinations: Operation<"events", "ListApiDestinations", EventsState> = async (
  input,
  context,
) => {
  const { NamePrefix: prefix = "", ConnectionArn: arn } = input;
  const all = await context.store.transaction(async (tx) => {
    const found = await apiDestinations.list(tx, context);
    return Promise.all(
      found.map(async (record) => ({ record, state: await stateOf(tx, context, record) })),
    );
  });
  const wanted = all.filter(
    ({ record }) =>
      record.name.startsWith(prefix) && (arn === undefined || record.connectionArn === arn),
  );
  const { items, nextToken } = paginate(wanted, {
    limit: input.Limit ?? limits.listPage,
    token: input.NextToken,
    keyOf: ({ record }) => record.name,
    invalidToken,
  });
  return {
    ApiDestinations: items.map(({ record, state }) => show(context, record, state)),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};

async function find(tx: Transaction, scope: Scope, name: string): Promise<ApiDestinationRecord> {
  const found = await apiDestinations.get(tx, scope, name);
  if (!found) throw destinationNotFound(name);
  return found;
}

/** Throws ResourceNotFoundException. */
async function connectionNamed(tx: Transaction, scope: Scope, arn = ""): Promise<string> {
  const [, name = ""] = /^connection\/([^/]+)\//.exec(parseArn(arn)?.resource ?? "") ?? [];
  return (await findConnection(tx, scope, name)).name;
}

function checkedEndpoint(endpoint = ""): string {
  if (!URL.canParse(urlOf(endpoint).replaceAll("*", "_")))
    throw validation(`Parameter InvocationEndpoint is not valid: ${endpoint}`);
  return endpoint;
}

/** "www.example.com/*" is https://www.example.com/*. */
export function urlOf(endpoint: string): string {
  return /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`;
}

type DestinationState = "ACTIVE" | "INACTIVE";

/** "An API destination is inactive when its connection is not authorized." */
async function stateOf(
  tx: Transaction,
  scope: Scope,
  { connection }: ApiDestinationRecord,
): Promise<DestinationState> {
  const found = await connections.get(tx, scope, connection);
  return found?.state === "AUTHORIZED" ? "ACTIVE" : "INACTIVE";
}

function answer(scope: Scope, one: ApiDestinationRecord, state: DestinationState) {
  return {
    ApiDestinationArn: formatArn("events", scope, `api-destination/${one.name}/${one.id}`),
    ApiDestinationState: state,
    CreationTime: dateOf(one.createdMs),
    LastModifiedTime: dateOf(one.modifiedMs),
  };
}

function show(scope: Scope, one: ApiDestinationRecord, state: DestinationState): ApiDestination {
  return {
    ...answer(scope, one, state),
    Name: one.name,
    ConnectionArn: one.connectionArn,
    InvocationEndpoint: one.endpoint,
    HttpMethod: one.method as "POST",
    InvocationRateLimitPerSecond: one.ratePerSecond,
  };
}
