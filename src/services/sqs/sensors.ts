/** Publishes AWS/SQS metrics each minute: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { dateOf } from "#runtime/date.ts";
import { listScopes, type Scope } from "#store/collection.ts";
import { startSampler, type Sampler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import { countMessages, oldestAge, type MessageCounts } from "./backlog.ts";
import type { QueueTraffic, SizeStatistics } from "./counters.ts";
import { queues, type QueueRecord } from "./records.ts";
import type { SqsState } from "./state.ts";

const periodMs = 60_000;
/** PutMetricData takes up to a thousand values a call. */
const perCall = 500;

export function startSensors(env: Environment, state: SqsState): Sampler {
  return startSampler(env, { periodMs, what: "queues" }, (periodStartMs) =>
    publish(env, state, periodStartMs),
  );
}

interface Reading {
  queue: QueueRecord;
  counts: MessageCounts;
  oldestMs: number;
}

async function publish(env: Environment, state: SqsState, timestampMs: number): Promise<void> {
  const taken = state.counters.take();
  for (const scope of await env.store.transaction(listScopes)) {
    const data = (await readQueues(env, scope)).flatMap((reading) =>
      toMetrics(reading, taken.of(reading.queue), timestampMs),
    );
    if (data.length === 0) continue;
    const cloudwatch = env.clients.cloudwatch(asService(scope, "sqs.amazonaws.com"));
    for (let start = 0; start < data.length; start += perCall)
      await cloudwatch.PutMetricData({
        Namespace: "AWS/SQS",
        MetricData: data.slice(start, start + perCall),
      });
  }
}

/** One transaction for each queue, so that requests get between them. */
async function readQueues({ store, clock }: Environment, scope: Scope): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (const queue of await store.transaction((tx) => queues.list(tx, scope)))
    readings.push(
      await store.transaction(async (tx) => {
        const found = { scope, queue };
        const counts = await countMessages(tx, found, clock.now());
        return { queue, counts, oldestMs: await oldestAge(tx, found, clock.now()) };
      }),
    );
  return readings;
}

function toMetrics(
  { queue, counts, oldestMs }: Reading,
  traffic: QueueTraffic,
  timestampMs: number,
) {
  const common = {
    Dimensions: [{ Name: "QueueName", Value: queue.name }],
    Timestamp: dateOf(timestampMs),
  };
  const count = (MetricName: string, Value: number): MetricDatum => ({
    ...common,
    MetricName,
    Value,
    Unit: "Count",
  });
  const data = [
    count("ApproximateNumberOfMessagesVisible", counts.visible),
    count("ApproximateNumberOfMessagesNotVisible", counts.inFlight),
    count("ApproximateNumberOfMessagesDelayed", counts.delayed),
    count("NumberOfMessagesSent", traffic.sent.count),
    count("NumberOfMessagesReceived", traffic.received),
    count("NumberOfMessagesDeleted", traffic.deleted),
    count("NumberOfEmptyReceives", traffic.emptyReceives),
    {
      ...common,
      MetricName: "ApproximateAgeOfOldestMessage",
      Value: Math.floor(oldestMs / 1000),
      Unit: "Seconds" as const,
    },
  ];
  if (traffic.sent.count > 0) data.push(sentSize(common, traffic.sent));
  return data;
}

function sentSize(
  common: Pick<MetricDatum, "Dimensions" | "Timestamp">,
  { count, sumBytes, leastBytes, mostBytes }: SizeStatistics,
): MetricDatum {
  return {
    ...common,
    MetricName: "SentMessageSize",
    Unit: "Bytes",
    StatisticValues: {
      SampleCount: count,
      Sum: sumBytes,
      Minimum: leastBytes,
      Maximum: mostBytes,
    },
  };
}
