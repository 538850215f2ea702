/** What archives keep. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html */
import { parseIso } from "#runtime/date.ts";
import { formatArn } from "#services/kit/arn.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { archiveNotFound } from "./errors.ts";
import { archivedEvents, archives, rules, type ArchiveRecord, type Envelope } from "./records.ts";
import { archiveTargetArn } from "./targets.ts";

export function archiveArn(scope: Scope, name: string): string {
  return formatArn("events", scope, `archive/${name}`);
}

/** Throws ResourceNotFoundException. */
export async function findArchive(
  tx: Transaction,
  scope: Scope,
  name: string,
): Promise<ArchiveRecord> {
  const archive = await archives.get(tx, scope, name);
  if (!archive) throw archiveNotFound(name);
  return archive;
}

const manager = "prod.vhs.events.aws.internal";

/** The rule that brings events into an archive. */
export function archiveRuleName(name: string): string {
  return `Events-Archive-${name}`;
}

/** Replayed events are not archived again. */
export function putArchiveRule(tx: Transaction, scope: Scope, archive: ArchiveRecord): void {
  const { name, bus, pattern } = archive;
  const own = pattern === undefined ? {} : (JSON.parse(pattern) as object);
  const rule = archiveRuleName(name);
  rules.put(tx, scope, [bus, rule], {
    name: rule,
    bus,
    pattern: JSON.stringify({ ...own, "replay-name": [{ exists: false }] }),
    state: "ENABLED",
    managedBy: manager,
    createdBy: scope.account,
    tags: {},
    targets: [
      {
        Id: name,
        Arn: archiveTargetArn(scope),
        InputTransformer: {
          InputPathsMap: {},
          InputTemplate: `{"archive-arn": "${archiveArn(scope, name)}", "event": <aws.events.event.json>, "ingestion-time": <aws.events.event.ingestion-time>}`,
        },
      },
    ],
  });
}

export async function archiveEvent(
  { store }: Pick<Environment, "store">,
  scope: Scope,
  name: string,
  event: Envelope,
): Promise<void> {
  await store.transaction(async (tx) => {
    const archive = await findArchive(tx, scope, name);
    const place = [name, parseIso(event.time), event.id] as const;
    // A delivery that is tried again brings nothing twice.
    if (await archivedEvents.get(tx, scope, ...place)) return;
    archivedEvents.put(tx, scope, place, event);
    archives.put(tx, scope, [name], {
      ...archive,
      events: archive.events + 1,
      sizeBytes: archive.sizeBytes + Buffer.byteLength(JSON.stringify(event)),
    });
  });
}

/** The bus of an archive's or a replay's "arn:…:event-bus/NAME"; undefined for another ARN. */
export function busOfArn(arn: string): string | undefined {
  const [, name] = /:event-bus\/(.+)$/.exec(arn) ?? [];
  return name;
}
