/** How long tests wait for what clients poll for: real seconds, because the SDK's waiters know no others. */
import assert from "node:assert/strict";

/** Options of the SDK's waiters, in seconds; by themselves they would look every five or fifteen. */
export interface Patience {
  minDelay: number;
  maxDelay: number;
  maxWaitTime: number;
}

export const patience: Patience = { minDelay: 1, maxDelay: 1, maxWaitTime: 120 };

/** Polls as clients without a waiter do, until it holds. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + patience.maxWaitTime * 1000;
  while (!(await holds())) {
    assert.ok(Date.now() < endMs, `after ${patience.maxWaitTime} s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** What has been deleted is not found any more, under the code that clients look for. */
export async function gone(code: string, describe: () => Promise<unknown>): Promise<void> {
  await eventually(async () => {
    try {
      await describe();
      return false;
    } catch (error) {
      assert.equal((error as Error).name, code);
      return true;
    }
  });
}
