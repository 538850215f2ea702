/**
 * Brings a queue's messages to a function: several readers at once, more while the queue is full.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import { parseEventPattern, type EventPattern } from "#services/kit/event-pattern/pattern.ts";
import type { Client } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { functionArn } from "../arns.ts";
import { runEvent } from "../invoke/run.ts";
import type { MappingMetric } from "../metrics.ts";
import type { MappingRecord } from "../records.ts";
import type { LambdaEnvironment } from "../state.ts";
import { queueUrl } from "../unawaited/queue-url.ts";
import { filteredOf, readFailures, recordOf, type Message } from "./batch.ts";

export interface Poller {
  stop(): Promise<void>;
}

const firstReaders = 5;
const mostReaders = 50;
const waitSeconds = 20;
const mostPerReceive = 10;
/** After a failure to read or to run; messages that failed come again when their time is over. */
const pauseMs = 5_000;

export function startPoller(env: LambdaEnvironment, scope: Scope, mapping: MappingRecord): Poller {
  const readers = new Set<Promise<void>>();
  const most = Math.min(mapping.maximumConcurrency ?? mostReaders, mostReaders);
  const work = createWork(env, scope, mapping);
  const state = { isStopping: false };
  const stopped = Promise.withResolvers<void>();
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = env.clock.after(pauseMs, () => resolve());
      void stopped.promise.then(() => {
        timer.cancel();
        return resolve();
      });
    });
  const read = async (isExtra: boolean): Promise<void> => {
    while (!state.isStopping) {
      const result = await work.once().catch((error: unknown) => {
        env.log.warn("a queue's messages did not reach a function", {
          mapping: mapping.uuid,
          error,
        });
        return "failed" as const;
      });
      if (result === "full" && readers.size < most && !state.isStopping) add(true);
      if (result === "failed") await pause();
      if (result === "empty" && isExtra) return;
    }
  };
  const add = (isExtra: boolean) => {
    const reader: Promise<void> = read(isExtra).finally(() => readers.delete(reader));
    readers.add(reader);
  };
  for (let count = 0; count < Math.min(firstReaders, most); count++) add(false);
  return {
    // Reads under way are not waited for: what they still receive comes again by itself.
    async stop() {
      state.isStopping = true;
      stopped.resolve();
    },
  };
}

type Result = "empty" | "some" | "full" | "failed";

function createWork(env: LambdaEnvironment, scope: Scope, mapping: MappingRecord) {
  const { functionName, qualifier, sourceArn } = mapping;
  const source = functionArn(scope, functionName, qualifier);
  const sqs = env.clients.sqs(asService(scope, "lambda.amazonaws.com", source));
  const QueueUrl = queueUrl(env, sourceArn);
  const patterns = mapping.filters.map(parseEventPattern);
  const count = (metric: MappingMetric, events: number) => {
    if (mapping.countsEvents && events > 0)
      env.state.measurements.addOfMapping(scope, metric, events, mapping.uuid);
  };
  return {
    async once(): Promise<Result> {
      const messages = await gather(env, sqs, QueueUrl, mapping);
      if (messages.length === 0) return "empty";
      count("PolledEventCount", messages.length);
      const records = messages.map((message) => recordOf(message, sourceArn, scope.region));
      const [meant, others] = partition(messages, (_one, at) => isMeant(patterns, records[at]!));
      count("FilteredOutEventCount", others.length);
      await forget(sqs, QueueUrl, others);
      if (meant.length === 0) return "some";
      const Records = meant.map((message) => records[messages.indexOf(message)]!);
      count("InvokedEventCount", meant.length);
      const ran = await run(env, { scope, mapping, Records });
      const ids = meant.map(({ MessageId }) => MessageId!);
      const failed = ran && mapping.reportsItemFailures ? readFailures(ran, ids) : [];
      if (ran === undefined || failed === undefined) {
        count("FailedInvokeEventCount", meant.length);
        return "failed";
      }
      const taken = meant.filter(({ MessageId }) => !failed.includes(MessageId!));
      count("FailedInvokeEventCount", failed.length);
      await forget(sqs, QueueUrl, taken);
      count("DeletedEventCount", taken.length);
      return messages.length >= mapping.batchSize ? "full" : "some";
    },
  };
}

/** The function's answer; undefined when it failed, or could not be run. */
async function run(
  env: LambdaEnvironment,
  event: { scope: Scope; mapping: MappingRecord; Records: unknown[] },
): Promise<Uint8Array | undefined> {
  const { scope, mapping, Records } = event;
  const { functionName: name, qualifier } = mapping;
  try {
    const ran = await runEvent(env, {
      reference: { scope, name, qualifier },
      requestId: env.random.uuid(),
      payload: Buffer.from(JSON.stringify({ Records })),
      clientContext: undefined,
    });
    return ran.functionError === undefined ? ran.payload : undefined;
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** Up to a batch: what is there, and within the window what comes. */
async function gather(
  env: LambdaEnvironment,
  sqs: Client<"sqs">,
  QueueUrl: string,
  { batchSize, windowSeconds }: MappingRecord,
): Promise<Message[]> {
  const found: Message[] = [];
  let untilMs = Number.POSITIVE_INFINITY;
  for (;;) {
    const leftSeconds = Math.ceil((untilMs - env.clock.now()) / 1000);
    const { Messages = [] } = await sqs.ReceiveMessage({
      QueueUrl,
      MaxNumberOfMessages: Math.min(mostPerReceive, batchSize - found.length),
      WaitTimeSeconds: Math.max(0, Math.min(waitSeconds, leftSeconds)),
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    });
    if (found.length === 0 && Messages.length === 0) return found;
    if (found.length === 0) untilMs = env.clock.now() + windowSeconds * 1000;
    found.push(...Messages);
    const isFull = found.length >= batchSize;
    const isLast = Messages.length < mostPerReceive && windowSeconds === 0;
    if (isFull || isLast || env.clock.now() >= untilMs + (windowSeconds === 0 ? 1e9 : 0))
      return found;
  }
}

function isMeant(patterns: readonly EventPattern[], record: ReturnType<typeof recordOf>): boolean {
  return patterns.length === 0 || patterns.some((matches) => matches(filteredOf(record)));
}

async function forget(sqs: Client<"sqs">, QueueUrl: string, messages: Message[]): Promise<void> {
  for (let start = 0; start < messages.length; start += 10)
    await sqs.DeleteMessageBatch({
      QueueUrl,
      Entries: messages.slice(start, start + 10).map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle: ReceiptHandle!,
      })),
    });
}

function partition<T>(items: readonly T[], test: (item: T, at: number) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item, at) => !test(item, at))];
}
