import { dateOf, parseIso } from "#runtime/date.ts";
import { pick } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

/** The metric, in whichever of three forms it is given; AWS replaces the detector when it changes. */
function watched(properties: Properties) {
  return pick(
    properties,
    "Dimensions",
    "MetricMathAnomalyDetector",
    "MetricName",
    "Namespace",
    "SingleMetricAnomalyDetector",
    "Stat",
  );
}

function input(properties: Properties) {
  const { Configuration } = properties;
  return {
    ...watched(properties),
    ...(Configuration !== undefined && {
      Configuration: {
        // The one name that the API spells otherwise.
        ...(Configuration.MetricTimeZone !== undefined && {
          MetricTimezone: Configuration.MetricTimeZone,
        }),
        ...(Configuration.ExcludedTimeRanges !== undefined && {
          ExcludedTimeRanges: Configuration.ExcludedTimeRanges.map(rangeOf),
        }),
      },
    }),
    ...pick(properties, "MetricCharacteristics"),
  };
}

/** Templates give times as text. */
function rangeOf({ StartTime, EndTime }: { StartTime: string; EndTime: string }) {
  return { StartTime: dateOf(parseIso(StartTime)), EndTime: dateOf(parseIso(EndTime)) };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudwatch-anomalydetector.html */
export const resourceType = defineResourceType({
  type: "AWS::CloudWatch::AnomalyDetector",
  async create({ clients, properties, token }) {
    await clients.cloudwatch.PutAnomalyDetector(input(properties));
    return token;
  },
  async update({ clients, properties }) {
    await clients.cloudwatch.PutAnomalyDetector(input(properties));
  },
  async delete({ clients, properties }) {
    await clients.cloudwatch.DeleteAnomalyDetector(watched(properties));
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});
