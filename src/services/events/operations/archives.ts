/** Archives: made, shown, changed, deleted, listed. */
import type { Archive } from "@aws-sdk/client-eventbridge";
import { dateOf } from "#runtime/date.ts";
import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import type { Scope } from "#store/collection.ts";
import { archiveArn, archiveRuleName, findArchive, putArchiveRule } from "../archive.ts";
import { busArn, busPlace, findBus } from "../buses.ts";
import { archiveExists, invalidToken } from "../errors.ts";
import { limits } from "../limits.ts";
import { parseEventPattern } from "#services/kit/event-pattern/pattern.ts";
import { archives, rules, type ArchiveRecord } from "../records.ts";
import type { EventsState } from "../state.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html */
export const createArchive: Operation<"events", "CreateArchive", EventsState> = async (
  input,
  context,
) => {
  const { ArchiveName: name = "", EventPattern: pattern, Description: description } = input;
  if (pattern) parseEventPattern(pattern);
  const place = busPlace(input.EventSourceArn, context);
  const createdMs = context.clock.now();
  await context.store.transaction(async (tx) => {
    await findBus(tx, place, context.clock);
    if (await archives.get(tx, context, name)) throw archiveExists(name);
    const archive: ArchiveRecord = {
      name,
      bus: place.name,
      ...(description !== undefined && { description }),
      ...(pattern && { pattern }),
      ...(input.KmsKeyIdentifier && { kmsKeyIdentifier: input.KmsKeyIdentifier }),
      retentionDays: input.RetentionDays ?? 0,
      createdMs,
      events: 0,
      sizeBytes: 0,
    };
    archives.put(tx, context, [name], archive);
    putArchiveRule(tx, context, archive);
  });
  return {
    ArchiveArn: archiveArn(context, name),
    State: "ENABLED",
    CreationTime: dateOf(createdMs),
  };
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateArchive.html */
export const updateArchive: Operation<"events", "UpdateArchive", EventsState> = async (
  input,
  context,
) => {
  const { ArchiveName: name = "", EventPattern: pattern, Description: description } = input;
  if (pattern) parseEventPattern(pattern);
  const archive = await context.store.transaction(async (tx) => {
    const found = await findArchive(tx, context, name);
    const changed: ArchiveRecord = {
      ...found,
      ...(description !== undefined && { description }),
      ...(pattern && { pattern }),
      ...(input.KmsKeyIdentifier && { kmsKeyIdentifier: input.KmsKeyIdentifier }),
      ...(input.RetentionDays !== undefined && { retentionDays: input.RetentionDays }),
    };
    archives.put(tx, context, [name], changed);
    putArchiveRule(tx, context, changed);
    return changed;
  });
  return {
    ArchiveArn: archiveArn(context, name),
    State: "ENABLED",
    CreationTime: dateOf(archive.createdMs),
  };
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeArchive.html */
export const describeArchive: Operation<"events", "DescribeArchive", EventsState> = async (
  input,
  context,
) => {
  const archive = await context.store.transaction((tx) =>
    findArchive(tx, context, input.ArchiveName ?? ""),
  );
  const { description, pattern, kmsKeyIdentifier, name } = archive;
  return {
    ...describe(context, archive),
    ArchiveArn: archiveArn(context, name),
    ...(description !== undefined && { Description: description }),
    ...(pattern !== undefined && { EventPattern: pattern }),
    ...(kmsKeyIdentifier !== undefined && { KmsKeyIdentifier: kmsKeyIdentifier }),
  };
};

function describe(scope: Scope, archive: ArchiveRecord): Archive {
  return {
    ArchiveName: archive.name,
    EventSourceArn: busArn(scope, archive.bus),
    State: "ENABLED",
    RetentionDays: archive.retentionDays,
    SizeBytes: archive.sizeBytes,
    EventCount: archive.events,
    CreationTime: dateOf(archive.createdMs),
  };
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteArchive.html */
export const deleteArchive: Operation<"events", "DeleteArchive", EventsState> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const { name, bus } = await findArchive(tx, context, input.ArchiveName ?? "");
    archives.delete(tx, context, name);
    rules.delete(tx, context, bus, archiveRuleName(name));
  });
  return {};
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListArchives.html */
export const listArchives: Operation<"events", "ListArchives", EventsState> = async (
  input,
  context,
) => {
  const { NamePrefix: prefix = "", EventSourceArn: source, State: state = "ENABLED" } = input;
  const all = await context.store.transaction((tx) => archives.list(tx, context));
  const wanted = all.filter(
    ({ name, bus }) =>
      name.startsWith(prefix) &&
      state === "ENABLED" &&
      (source === undefined || source === busArn(context, bus)),
  );
  const { items, nextToken } = paginate(wanted, {
    limit: input.Limit ?? limits.listPage,
    token: input.NextToken,
    keyOf: ({ name }) => name,
    invalidToken,
  });
  return {
    Archives: items.map((archive) => describe(context, archive)),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};
