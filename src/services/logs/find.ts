/** Groups and streams by what requests call them. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { formatArn, parseArn } from "#services/kit/arn.ts";
import { groupNotFound, invalidParameter, streamNotFound } from "./errors.ts";
import { groups, streams, type GroupRecord, type StreamRecord } from "./records.ts";

export interface FoundGroup {
  scope: Scope;
  group: GroupRecord;
}

export interface FoundStream extends FoundGroup {
  stream: StreamRecord;
}

export function groupArn(scope: Scope, name: string): string {
  return formatArn("logs", scope, `log-group:${name}`);
}

/** A group by name or, as identifiers may be, by ARN. Throws ResourceNotFoundException. */
export async function findGroup(
  tx: Transaction,
  nameOrArn: string | undefined,
  scope: Scope,
): Promise<FoundGroup> {
  const place = placeOf(nameOrArn, scope);
  const group = await groups.get(tx, place.scope, place.name);
  if (!group) throw groupNotFound();
  return { scope: place.scope, group };
}

function placeOf(nameOrArn: string | undefined, scope: Scope): { scope: Scope; name: string } {
  if (!nameOrArn)
    throw invalidParameter("Either logGroupName or logGroupIdentifier must be specified.");
  const arn = parseArn(nameOrArn);
  if (!arn) return { scope: { account: scope.account, region: scope.region }, name: nameOrArn };
  const [, name] = /^log-group:([^:]+)(?::\*)?$/.exec(arn.resource) ?? [];
  if (arn.service !== "logs" || !name)
    throw invalidParameter(`Invalid log group ARN: ${nameOrArn}`);
  return { scope: { account: arn.account, region: arn.region }, name };
}

export async function findStream(
  tx: Transaction,
  groupNameOrArn: string | undefined,
  streamName: string | undefined,
  scope: Scope,
): Promise<FoundStream> {
  const found = await findGroup(tx, groupNameOrArn, scope);
  const stream = await streams.get(tx, found.scope, found.group.id, streamName ?? "");
  if (!stream) throw streamNotFound();
  return { ...found, stream };
}

/** When events of the group begin to be too old to be shown. */
export function horizonMs({ retentionDays }: GroupRecord, nowMs: number): number {
  return retentionDays === undefined ? 0 : nowMs - retentionDays * 24 * 3_600_000;
}
