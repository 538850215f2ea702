import { pick, tagList } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type Properties } from "../resource-type.ts";
import { retagAlarm } from "./alarm-tags.ts";

/** The properties that PutMetricAlarm takes under the same names. */
const members = [
  "ActionsEnabled",
  "AlarmActions",
  "AlarmDescription",
  "ComparisonOperator",
  "DatapointsToAlarm",
  "Dimensions",
  "EvaluateLowSampleCountPercentile",
  "EvaluationPeriods",
  "ExtendedStatistic",
  "InsufficientDataActions",
  "MetricName",
  "Metrics",
  "Namespace",
  "OKActions",
  "Period",
  "Statistic",
  "Threshold",
  "ThresholdMetricId",
  "TreatMissingData",
  "Unit",
];

function input(AlarmName: string, properties: Properties) {
  return {
    AlarmName,
    ComparisonOperator: properties["ComparisonOperator"],
    EvaluationPeriods: properties["EvaluationPeriods"],
    ...pick(properties, ...members),
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudwatch-alarm.html */
export const resourceType = defineResourceType({
  type: "AWS::CloudWatch::Alarm",
  unsupported: {
    EvaluationCriteria: "alarms evaluate metrics",
    EvaluationInterval: "alarms are evaluated at the end of each period",
  },
  name: { property: "AlarmName", maxLength: 255 },
  async create({ clients, properties, name, tags }) {
    await clients.cloudwatch.PutMetricAlarm({ ...input(name, properties), Tags: tagList(tags) });
    return name;
  },
  async find(request) {
    return (await describe({ ...request, physicalId: request.name })) ? request.name : undefined;
  },
  async update(request) {
    const { clients, properties, physicalId, changed } = request;
    if (changed.some((name) => name !== "Tags"))
      await clients.cloudwatch.PutMetricAlarm(input(physicalId, properties));
    await retagAlarm(request, async () => (await describe(request))?.AlarmArn);
  },
  async delete({ clients, physicalId }) {
    await clients.cloudwatch.DeleteAlarms({ AlarmNames: [physicalId] });
  },
  attributes: async (request) => ({ Arn: (await describe(request))?.AlarmArn }),
});

async function describe({ clients, physicalId }: Pick<ExistingRequest, "clients" | "physicalId">) {
  const { MetricAlarms } = await clients.cloudwatch.DescribeAlarms({ AlarmNames: [physicalId] });
  return MetricAlarms?.[0];
}
