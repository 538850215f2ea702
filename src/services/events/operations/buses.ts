/** Event buses: made, shown, changed, deleted, listed. */
import type { EventBus } from "@aws-sdk/client-eventbridge";
import { dateOf } from "#runtime/date.ts";
import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import type { Scope } from "#store/collection.ts";
import { busArn, busPlace, defaultBus, findBus } from "../buses.ts";
import {
  busExists,
  eventSourceNotFound,
  invalidToken,
  notSupported,
  validation,
} from "../errors.ts";
import { limits } from "../limits.ts";
import { buses, rules, type BusRecord } from "../records.ts";
import type { EventsState } from "../state.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html */
export const createEventBus: Operation<"events", "CreateEventBus", EventsState> = async (
  input,
  context,
) => {
  const { Name: name = "", EventSourceName: source, DeadLetterConfig: deadLetters } = input;
  if (source !== undefined) throw eventSourceNotFound(source);
  if (name.includes("/")) throw validation("Event bus name must not contain '/'.");
  if (input.LogConfig?.Level !== undefined && input.LogConfig.Level !== "OFF")
    throw notSupported("logs of event buses");
  const nowMs = context.clock.now();
  await context.store.transaction(async (tx) => {
    if (name === defaultBus || (await buses.get(tx, context, name))) throw busExists(name);
    buses.put(tx, context, [name], {
      name,
      ...(input.Description !== undefined && { description: input.Description }),
      ...(input.KmsKeyIdentifier && { kmsKeyIdentifier: input.KmsKeyIdentifier }),
      ...(deadLetters?.Arn !== undefined && { deadLetterArn: deadLetters.Arn }),
      createdMs: nowMs,
      modifiedMs: nowMs,
      tags: tagsFromList(input.Tags),
    });
  });
  return {
    EventBusArn: busArn(context, name),
    ...(input.Description !== undefined && { Description: input.Description }),
    ...(input.KmsKeyIdentifier && { KmsKeyIdentifier: input.KmsKeyIdentifier }),
    ...(deadLetters && { DeadLetterConfig: deadLetters }),
  };
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateEventBus.html */
export const updateEventBus: Operation<"events", "UpdateEventBus", EventsState> = async (
  input,
  context,
) => {
  const place = busPlace(input.Name, context);
  if (input.LogConfig?.Level !== undefined && input.LogConfig.Level !== "OFF")
    throw notSupported("logs of event buses");
  const changed = await context.store.transaction(async (tx) => {
    const bus = await findBus(tx, place, context.clock);
    const deadLetterArn = input.DeadLetterConfig?.Arn ?? bus.deadLetterArn;
    const next: BusRecord = {
      ...bus,
      ...(input.Description !== undefined && { description: input.Description }),
      ...(input.KmsKeyIdentifier !== undefined && { kmsKeyIdentifier: input.KmsKeyIdentifier }),
      ...(deadLetterArn !== undefined && { deadLetterArn }),
      modifiedMs: context.clock.now(),
    };
    buses.put(tx, place.scope, [place.name], next);
    return next;
  });
  return {
    Arn: busArn(place.scope, place.name),
    Name: place.name,
    ...(changed.description !== undefined && { Description: changed.description }),
    ...(changed.kmsKeyIdentifier && { KmsKeyIdentifier: changed.kmsKeyIdentifier }),
    ...(changed.deadLetterArn !== undefined && {
      DeadLetterConfig: { Arn: changed.deadLetterArn },
    }),
  };
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html */
export const describeEventBus: Operation<"events", "DescribeEventBus", EventsState> = async (
  input,
  context,
) => {
  const place = busPlace(input.Name, context);
  const bus = await context.store.transaction((tx) => findBus(tx, place, context.clock));
  return {
    ...describe(place.scope, bus),
    ...(bus.kmsKeyIdentifier && { KmsKeyIdentifier: bus.kmsKeyIdentifier }),
    ...(bus.deadLetterArn !== undefined && { DeadLetterConfig: { Arn: bus.deadLetterArn } }),
  };
};

function describe(scope: Scope, bus: BusRecord): EventBus {
  const { name, description, policy, createdMs, modifiedMs } = bus;
  return {
    Name: name,
    Arn: busArn(scope, name),
    ...(description !== undefined && { Description: description }),
    ...(policy !== undefined && { Policy: policy }),
    CreationTime: dateOf(createdMs),
    LastModifiedTime: dateOf(modifiedMs),
  };
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html: its rules go with it. */
export const deleteEventBus: Operation<"events", "DeleteEventBus", EventsState> = async (
  input,
  context,
) => {
  const { scope, name } = busPlace(input.Name, context);
  if (name === defaultBus) throw validation(`Cannot delete event bus ${name}.`);
  await context.store.transaction(async (tx) => {
    for (const rule of await rules.list(tx, scope, [name])) {
      if (rule.targets.length > 0)
        throw validation(`Cannot delete event bus ${name} as it still has rules with targets.`);
      rules.delete(tx, scope, name, rule.name);
    }
    buses.delete(tx, scope, name);
  });
  return {};
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventBuses.html */
export const listEventBuses: Operation<"events", "ListEventBuses", EventsState> = async (
  input,
  context,
) => {
  const { NamePrefix: prefix = "" } = input;
  const found = await context.store.transaction(async (tx) => {
    await findBus(tx, { scope: context, name: defaultBus }, context.clock);
    return buses.list(tx, context);
  });
  const { items, nextToken } = paginate(
    found.filter(({ name }) => name.startsWith(prefix)),
    {
      limit: input.Limit ?? limits.listPage,
      token: input.NextToken,
      keyOf: ({ name }) => name,
      invalidToken,
    },
  );
  return {
    EventBuses: items.map((bus) => describe(context, bus)),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};
