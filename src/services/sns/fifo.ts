/**
 * What only FIFO topics do when a message is published: they number it, and take it once.
 * https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html
 */
import { hash } from "node:crypto";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { invalidParameter } from "./errors.ts";
import { limits } from "./limits.ts";
import {
  deduplicationEnds,
  deduplications,
  tails,
  type Deduplication,
  type TopicRecord,
} from "./records.ts";
import type { FoundTopic } from "./topic.ts";

/** AWS's numbers have 20 digits and leave gaps. */
const firstSequence = 10_000_000_000_000_000_000n;
const sequenceStep = 1000n;

/** The next message's number in this topic, and as clients see it. */
export async function nextNumber(
  tx: Transaction,
  { scope, topic }: FoundTopic,
): Promise<{ count: number; sequenceNumber: string }> {
  const count = ((await tails.get(tx, scope, topic.name))?.count ?? 0) + 1;
  tails.put(tx, scope, [topic.name], { count });
  return { count, sequenceNumber: String(firstSequence + BigInt(count) * sequenceStep) };
}

/** The id by which a message is known again; throws when neither client nor topic gives one. */
export function deduplicationIdOf(
  { attributes }: TopicRecord,
  given: string | undefined,
  message: string,
): string {
  if (given !== undefined) return given;
  if (attributes.ContentBasedDeduplication !== "true")
    throw invalidParameter(
      "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  return hash("sha256", message, "hex");
}

type DeduplicationKey = readonly [topicName: string, groupId: string, deduplicationId: string];

export function deduplicationKey(
  { name, attributes }: TopicRecord,
  groupId: string,
  deduplicationId: string,
): DeduplicationKey {
  const perGroup = attributes.FifoThroughputScope === "MessageGroup";
  return [name, perGroup ? groupId : "", deduplicationId];
}

/** The message that was taken under this id within the last five minutes. */
export async function findDuplicate(
  tx: Transaction,
  scope: Scope,
  key: DeduplicationKey,
  nowMs: number,
): Promise<Deduplication | undefined> {
  const known = await deduplications.get(tx, scope, ...key);
  return known && known.untilMs > nowMs ? known : undefined;
}

/** Whoever adds one takes away up to two that are over, so that no more stay than five minutes bring. */
export async function remember(
  tx: Transaction,
  scope: Scope,
  key: DeduplicationKey,
  message: Omit<Deduplication, "untilMs">,
  nowMs: number,
): Promise<void> {
  const [topicName, groupId, deduplicationId] = key;
  const oldest = await deduplicationEnds.entries(tx, scope, [topicName], { limit: 2 });
  for (const { id } of oldest) {
    const [, endMs, group, old] = id as [string, number, string, string];
    if (endMs > nowMs) break;
    deduplicationEnds.delete(tx, scope, ...id);
    const known = await deduplications.get(tx, scope, topicName, group, old);
    if (known?.untilMs === endMs) deduplications.delete(tx, scope, topicName, group, old);
  }
  const untilMs = nowMs + limits.deduplicationMs;
  deduplications.put(tx, scope, key, { ...message, untilMs });
  deduplicationEnds.put(tx, scope, [topicName, untilMs, groupId, deduplicationId], true);
}

/** A topic made again under its name starts anew. */
export async function forgetTopic(tx: Transaction, scope: Scope, topicName: string): Promise<void> {
  tails.delete(tx, scope, topicName);
  for (const memory of [deduplications, deduplicationEnds])
    for (const { id } of await memory.entries(tx, scope, [topicName]))
      memory.delete(tx, scope, ...id);
}
