import type { Operation } from "#services/kit/service.ts";
import { invalidParameter } from "../errors.ts";
import { limits } from "../limits.ts";
import { durationOf, findQueue, isFifo } from "../queue.ts";
import { formatMessage, type AttributeWish } from "../received-message.ts";
import { takeOnce } from "../receive-attempt.ts";
import { takeMessages } from "../receive.ts";
import type { SqsState } from "../state.ts";
import type { Poll } from "../waiters.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
export const receiveMessage: Operation<"sqs", "ReceiveMessage", SqsState> = async (
  input,
  context,
) => {
  const { clock, state, store } = context;
  const { MaxNumberOfMessages: most = 1, VisibilityTimeout: visibility } = input;
  inRange("MaxNumberOfMessages", most, 1, 10);
  inRange("VisibilityTimeout", visibility, 0, limits.longestVisibilitySeconds);
  inRange("WaitTimeSeconds", input.WaitTimeSeconds, 0, limits.longestWaitSeconds);
  const wish: AttributeWish = {
    system: new Set([
      ...(input.AttributeNames ?? []),
      ...(input.MessageSystemAttributeNames ?? []),
    ]),
    message: input.MessageAttributeNames ?? [],
  };
  const startMs = clock.now();
  let poll: Poll | undefined;
  try {
    for (;;) {
      const round = await store.transaction(async (tx) => {
        const found = findQueue(tx, input.QueueUrl, context);
        const visibilityMs =
          visibility === undefined
            ? durationOf(found.queue, "VisibilityTimeout")
            : visibility * 1000;
        const request = { most, visibilityMs };
        const taken = isFifo(found.queue)
          ? await takeOnce(
              tx,
              found,
              { ...request, attemptId: input.ReceiveRequestAttemptId },
              context,
            )
          : await takeMessages(tx, found, request, context);
        const waitMs =
          input.WaitTimeSeconds === undefined
            ? durationOf(found.queue, "ReceiveMessageWaitTimeSeconds")
            : input.WaitTimeSeconds * 1000;
        const deadlineMs = startMs + waitMs;
        if (taken.received.length === 0 && waitMs > 0) poll ??= state.waiters.open();
        return { found, taken, deadlineMs };
      });
      const { found, taken, deadlineMs } = round;
      const traffic = state.counters.of(found.queue);
      if (taken.received.length > 0) {
        traffic.received += taken.received.length;
        return { Messages: taken.received.map((one) => formatMessage(found.queue.id, one, wish)) };
      }
      if (!poll || clock.now() >= deadlineMs || context.signal.aborted) {
        traffic.emptyReceives++;
        return {};
      }
      const { nextDueMs } = taken;
      await poll.wait(
        { scope: found.scope, queueId: found.queue.id },
        { deadlineMs, nextDueMs, signal: context.signal },
      );
    }
  } finally {
    poll?.end();
  }
};

function inRange(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}, if provided.`,
  );
}
