/** Removes many messages, so many at a time that no transaction grows long. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { forgetQueue } from "./fifo.ts";
import { removeMessage } from "./message.ts";
import { fresh, graves, messages, type Grave } from "./records.ts";

const perPass = 500;

/** Removes the first messages at once and leaves a grave for the rest. */
export async function bury(
  tx: Transaction,
  scope: Scope,
  queueId: string,
  grave: Grave,
): Promise<void> {
  let more = false;
  for (const kind of [fresh, messages]) {
    const found = await kind.entries(tx, scope, [queueId], { limit: perPass });
    const dead = found.filter(
      ({ id }) => grave.untilPlace === undefined || (id[1] as string) <= grave.untilPlace,
    );
    for (const { id, record } of dead)
      await removeMessage(tx, scope, queueId, id[1] as string, record);
    more ||= dead.length === perPass;
  }
  const whole = grave.untilPlace === undefined;
  const remembers = whole && (await forgetQueue(tx, scope, queueId, perPass));
  if (more || remembers) graves.put(tx, scope, [queueId], grave);
  else graves.delete(tx, scope, queueId);
}
