/** Finding queues, and what a queue is called on the outside. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { formatArn, parseArn } from "#services/kit/arn.ts";
import { invalidParameter, missingParameter, queueDoesNotExist } from "./errors.ts";
import { queues, type QueueRecord } from "./records.ts";

export function queueArn(scope: Scope, name: string): string {
  return formatArn("sqs", scope, name);
}

export function queueUrl(baseUrl: string, account: string, name: string): string {
  return `${baseUrl}/${account}/${name}`;
}

/** The scope and name that a queue URL stands for; the region is the request's. */
function parseQueueUrl(url: string | undefined, scope: Scope): { scope: Scope; name: string } {
  if (url === undefined || url === "") throw missingParameter("QueueUrl");
  const match = /^(?:https?:\/\/[^/]+)?\/?(?:queue\/[a-z0-9-]+\/)?(?:(\d{12})\/)?([^/]+)\/?$/.exec(
    url,
  );
  const [, account = scope.account, name] = match ?? [];
  if (!name) throw invalidParameter(`The address ${url} is not valid for this endpoint.`);
  return { scope: { account, region: scope.region }, name };
}

export interface FoundQueue {
  scope: Scope;
  queue: QueueRecord;
}

/** Throws QueueDoesNotExist. */
export function findQueue(tx: Transaction, url: string | undefined, scope: Scope): FoundQueue {
  const { scope: owner, name } = parseQueueUrl(url, scope);
  const queue = queues.view(tx, owner, name);
  if (!queue) throw queueDoesNotExist();
  return { scope: owner, queue };
}

/** Undefined when there is no such queue. */
export async function findQueueByArn(
  tx: Transaction,
  arnText: string,
): Promise<FoundQueue | undefined> {
  const arn = parseArn(arnText);
  if (arn?.service !== "sqs") return undefined;
  const scope = { account: arn.account, region: arn.region };
  const queue = await queues.get(tx, scope, arn.resource);
  return queue && { scope, queue };
}

export function isFifo({ name }: Pick<QueueRecord, "name">): boolean {
  return name.endsWith(".fifo");
}

/** A queue's attribute as a number of milliseconds. */
export function durationOf(queue: QueueRecord, attribute: string): number {
  return Number(queue.attributes[attribute]) * 1000;
}
