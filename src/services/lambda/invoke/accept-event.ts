/** Takes an event that nobody waits for: kept until reconcilers/event.ts has brought it. */
import type { FunctionReference } from "../arns.ts";
import { events } from "../records.ts";
import type { LambdaContext } from "../state.ts";

export async function acceptEvent(
  context: LambdaContext,
  event: {
    reference: FunctionReference;
    requestId: string;
    payload: Uint8Array;
    clientContext: string | undefined;
  },
): Promise<void> {
  const { reference, requestId, payload, clientContext } = event;
  const { scope, name, qualifier } = reference;
  const acceptedMs = context.clock.now();
  const id = `${Math.floor(acceptedMs).toString(36)}-${requestId}`;
  await context.store.transaction(async (tx) => {
    events.put(tx, scope, [id], {
      id,
      functionName: name,
      qualifier,
      payload,
      clientContext,
      acceptedMs,
      attempts: 0,
      dueMs: acceptedMs,
    });
  });
  context.state.measurements.add(scope, "AsyncEventsReceived", 1, name);
}
