/** Health checks that follow a CloudWatch alarm. */
import type { CloudWatchAlarmConfiguration, HealthCheckConfig } from "@aws-sdk/client-route-53";
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";

type Clients = Pick<Environment, "clients">;

export async function findAlarm(
  { clients }: Clients,
  account: string,
  { AlarmIdentifier }: HealthCheckConfig,
): Promise<MetricAlarm | undefined> {
  if (!AlarmIdentifier) return undefined;
  const caller = asService({ account, region: AlarmIdentifier.Region! }, "route53.amazonaws.com");
  const { MetricAlarms = [] } = await clients
    .cloudwatch(caller)
    .DescribeAlarms({ AlarmNames: [AlarmIdentifier.Name!], AlarmTypes: ["MetricAlarm"] });
  return MetricAlarms[0];
}

/** The alarm as a health check shows it; undefined for health checks that follow none. */
export async function alarmConfiguration(
  context: Clients & { account: string },
  config: HealthCheckConfig,
): Promise<CloudWatchAlarmConfiguration | undefined> {
  const alarm = await findAlarm(context, context.account, config);
  if (!alarm) return undefined;
  return {
    EvaluationPeriods: alarm.EvaluationPeriods,
    Threshold: alarm.Threshold,
    ComparisonOperator:
      alarm.ComparisonOperator as CloudWatchAlarmConfiguration["ComparisonOperator"],
    Period: alarm.Period,
    MetricName: alarm.MetricName,
    Namespace: alarm.Namespace,
    Statistic: alarm.Statistic,
    Dimensions: (alarm.Dimensions ?? []).map(({ Name, Value }) => ({ Name, Value })),
  };
}
