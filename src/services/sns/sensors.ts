/** Publishes AWS/SNS metrics each minute: https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { dateOf } from "#runtime/date.ts";
import { asService } from "#services/kit/principal.ts";
import { startSampler, type Sampler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { TopicTraffic } from "./counters.ts";
import type { SnsState } from "./state.ts";
import { parseTopicArn } from "./topic.ts";

const periodMs = 60_000;

export function startSensors(env: Environment, state: SnsState): Sampler {
  return startSampler(env, { periodMs, what: "topics" }, async (periodStartMs) => {
    for (const [arn, traffic] of state.counters.take())
      await publish(env, arn, traffic, periodStartMs);
  });
}

async function publish(
  { clients }: Environment,
  arn: string,
  { sizes, delivered, failed, redriven }: TopicTraffic,
  timestampMs: number,
): Promise<void> {
  const { scope, name } = parseTopicArn(arn);
  const common = {
    Dimensions: [{ Name: "TopicName", Value: name }],
    Timestamp: dateOf(timestampMs),
  };
  const data: MetricDatum[] = [
    ["NumberOfMessagesPublished", sizes.length] as const,
    ["NumberOfNotificationsDelivered", delivered] as const,
    ["NumberOfNotificationsFailed", failed] as const,
    ["NumberOfNotificationsRedrivenToDlq", redriven] as const,
  ].map(([MetricName, Value]) => ({ ...common, MetricName, Value, Unit: "Count" }));
  if (sizes.length > 0)
    data.push({
      ...common,
      MetricName: "PublishSize",
      Unit: "Bytes",
      StatisticValues: {
        SampleCount: sizes.length,
        Sum: sizes.reduce((sum, size) => sum + size, 0),
        Minimum: sizes.reduce((least, size) => Math.min(least, size)),
        Maximum: sizes.reduce((most, size) => Math.max(most, size)),
      },
    });
  const cloudwatch = clients.cloudwatch(asService(scope, "sns.amazonaws.com"));
  await cloudwatch.PutMetricData({ Namespace: "AWS/SNS", MetricData: data });
}
