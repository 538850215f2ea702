/** What is still to be told to EventBridge and to topics; written together with what it tells of. */
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Random } from "#runtime/random.ts";

export interface NoticeRecord {
  atMs: number;
  event: { detailType: string; resources: string[]; detail: Record<string, unknown> };
  /** The same for people who asked for a message. */
  message?: { topicArn: string; subject: string; body: Record<string, unknown> };
}

/** By the time and an id. */
export const notices = collection<NoticeRecord>("ssm", "notice");

export function putNotice(
  tx: Transaction,
  scope: Scope,
  random: Random,
  notice: NoticeRecord,
): void {
  notices.put(tx, scope, [notice.atMs, random.uuid()], notice);
}
